! A Fortran program with its run-time library.
!#Requires:tool:gfortran
!#Expect: sum   55
program hello
    implicit none
    integer :: i
    real(8) :: x(100)
    print '(a, i5)', ' sum', sum([(i, i = 1, 10)])
    call random_seed()
    x = [(sqrt(real(i, 8)), i = 1, 100)]
    print '(f12.6)', sum(x)
    stop 3
end program
