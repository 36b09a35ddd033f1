package grade_test

import (
	"context"
	"fmt"

	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/experiment/grade"
)

func ExampleParse() {
	g, err := grade.Parse("numeric:5%", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	score, err := g.Grade(context.Background(), experiment.Case{Reference: 100}, experiment.Answer{Text: "That is about 97 EUR."})
	fmt.Println(score.Pass, err)
	// Output: true <nil>
}
