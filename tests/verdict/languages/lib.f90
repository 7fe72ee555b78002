module counter
  implicit none
  integer :: total = 3
contains
  integer function add(x) bind(c)
    integer, value :: x
    total = total + x
    add = helper(total)
  end function
  integer function helper(x)
    integer :: x
    integer :: v(4)
    v = [x, 2*x, 3*x, 4]
    helper = sum(v) + maxval(v)
  end function
  subroutine show(x) bind(c)
    integer, value :: x
    print *, 'total', total, x
  end subroutine
end module
