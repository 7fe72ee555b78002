package body Counter is
   Total : Integer := 3;
   function Helper (X : Integer) return Integer is (X * 3);
   function Add (X : Integer) return Integer is
   begin
      Total := Total + X;
      return Helper (Total);
   end Add;
   function Name (X : Integer) return Integer is
      Image : constant String := Integer'Image (X);
   begin
      return Image'Length;
   end Name;
end Counter;
