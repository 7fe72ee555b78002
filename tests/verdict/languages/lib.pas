library counter;
uses sysutils;
var total: longint;
function helper(x: longint): longint; begin helper := x * 3 + length(inttostr(x)); end;
function add(x: longint): longint; cdecl; begin total := total + x; add := helper(total); end;
exports add;
begin
  total := 5;
end.
