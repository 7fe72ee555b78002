// A Go program compiled by gccgo: goroutines, channels, recovered panics.
//#Requires:tool:gccgo
//#Expect:285
//#Expect:recovered
package main

import "fmt"

func main() {
	numbers := make(chan int)
	for i := 0; i < 10; i++ {
		go func(n int) { numbers <- n * n }(i)
	}
	sum := 0
	for i := 0; i < 10; i++ {
		sum += <-numbers
	}
	fmt.Println(sum)
	defer func() {
		if recover() != nil {
			fmt.Println("recovered")
		}
	}()
	var none []int
	fmt.Println(none[sum])
}
