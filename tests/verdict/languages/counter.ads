package Counter is
   function Add (X : Integer) return Integer with Export, Convention => C, External_Name => "counter_add";
   function Name (X : Integer) return Integer with Export, Convention => C, External_Name => "counter_name";
end Counter;
