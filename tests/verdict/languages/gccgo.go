package lib

var total int

func Add(x int) int { total += x; return helper(total) }

func helper(x int) int { return x*3 + len(names[x&1]) }

var names = []string{"a", "bc"}
