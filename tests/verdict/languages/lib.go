package main

import "C"
import ("fmt"; "sort"; "strings")

var total int

//export Add
func Add(x int) int { total += x; return helper(total) }

//export Describe
func Describe(x int) int { s := strings.Repeat(fmt.Sprint(x), 3); v := []int{3, x, 1}; sort.Ints(v); return len(s) + v[0] }

func helper(x int) int { return x * 3 }

func main() {}
