package modeleval_test

import (
	"fmt"

	"github.com/causeway-go/causeway/experiment/modeleval"
)

// Two variants were graded by two jobs; their scores meet at the prompt.
func ExamplePaired() {
	control := []modeleval.Result{{Prompt: "Where is my parcel?", Scores: map[string]float64{"Builtin.Helpfulness": 0.5}}}
	warm := []modeleval.Result{{Prompt: "Where is my parcel?", Scores: map[string]float64{"Builtin.Helpfulness": 0.83}}}
	for _, p := range modeleval.Paired(control, warm, "Builtin.Helpfulness") {
		fmt.Printf("%s %+.2f\n", p.Prompt, p.B-p.A)
	}
	// Output: Where is my parcel? +0.33
}
