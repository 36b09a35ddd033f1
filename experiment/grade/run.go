package grade

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/causeway-go/causeway/experiment"
)

// Latency passes an answer that took at most limit.
func Latency(limit time.Duration) experiment.Grader {
	return fromText("latency:"+limit.String(), func(_ experiment.Case, a experiment.Answer) (experiment.Score, error) {
		return experiment.PassFail(a.Duration <= limit, "took "+a.Duration.String()), nil
	})
}

// Cost passes an answer that cost at most limit, in the currency of the
// subject's price.
func Cost(limit float64) experiment.Grader {
	return fromText(fmt.Sprintf("cost:%v", limit), func(_ experiment.Case, a experiment.Answer) (experiment.Score, error) {
		return experiment.PassFail(a.Cost <= limit, fmt.Sprintf("cost %v", a.Cost)), nil
	})
}

// Order says how the calls of a trajectory are compared.
type Order string

// The orders.
const (
	Same     Order = "same"     // exactly these calls in this order
	AnyOrder Order = "any"      // exactly these calls
	Within   Order = "within"   // these calls, in this order, others between them
	Superset Order = "superset" // these calls among others
)

// Trajectory compares the tools that were called with the case's metadata
// "tools": a list of names, or of {"name": …, "arguments": {…}} where the
// arguments count too. The score is the share of the wanted calls that were
// made.
func Trajectory(order Order) experiment.Grader {
	return fromText("trajectory:"+string(order), func(c experiment.Case, a experiment.Answer) (experiment.Score, error) {
		wanted, err := wantedCalls(c.Metadata["tools"])
		if err != nil {
			return experiment.Score{}, err
		}
		made := matches(wanted, a.Tools, order == Same || order == Within)
		pass := made == len(wanted)
		if order == Same || order == AnyOrder {
			pass = pass && len(a.Tools) == len(wanted)
		}
		s := experiment.PassFail(pass, fmt.Sprintf("made %d of %d wanted calls, %d in all", made, len(wanted), len(a.Tools)))
		if len(wanted) > 0 {
			s.Value = float64(made) / float64(len(wanted))
		}
		return s, nil
	})
}

// call is one wanted tool call; arguments is nil when any will do.
type call struct {
	name      string
	arguments any
}

func wantedCalls(v any) ([]call, error) {
	list, isList := v.([]any)
	if !isList {
		return nil, fmt.Errorf("the case's metadata has no list of tools")
	}
	out := make([]call, len(list))
	for i, item := range list {
		switch item := item.(type) {
		case string:
			out[i].name = item
		case map[string]any:
			out[i].name, _ = item["name"].(string)
			out[i].arguments = item["arguments"]
		}
		if out[i].name == "" {
			return nil, fmt.Errorf("tool %d of the case's metadata has no name", i)
		}
	}
	return out, nil
}

func (c call) is(use experiment.ToolUse) bool {
	if c.name != use.Name {
		return false
	}
	if c.arguments == nil {
		return true
	}
	var got any
	return json.Unmarshal([]byte(use.Arguments), &got) == nil && sameData(got, c.arguments)
}

// matches counts the wanted calls that were made; ordered ones only after each
// other.
func matches(wanted []call, made []experiment.ToolUse, ordered bool) int {
	used := make([]bool, len(made))
	found, from := 0, 0
	for _, w := range wanted {
		for i := from; i < len(made); i++ {
			if !used[i] && w.is(made[i]) {
				used[i] = true
				found++
				if ordered {
					from = i + 1
				}
				break
			}
		}
	}
	return found
}

// Embedder turns texts into vectors; langchaingo's embeddings.Embedder is one,
// and so is bedrock's.
type Embedder interface {
	EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error)
}

// Similar passes an answer whose embedding's cosine with the reference's is at
// least threshold.
func Similar(e Embedder, threshold float64) experiment.Grader {
	return experiment.GraderFunc(fmt.Sprintf("similar:%v", threshold), func(ctx context.Context, c experiment.Case, a experiment.Answer) (experiment.Score, error) {
		want, isText := c.Reference.(string)
		if !isText {
			return experiment.Score{}, fmt.Errorf("the reference is %T; similarity wants a text", c.Reference)
		}
		vectors, err := e.EmbedDocuments(ctx, []string{want, a.Text})
		if err != nil {
			return experiment.Score{}, err
		}
		if len(vectors) != 2 || len(vectors[0]) != len(vectors[1]) {
			return experiment.Score{}, fmt.Errorf("the embedder returned %d vectors for 2 texts", len(vectors))
		}
		cos := cosine(vectors[0], vectors[1])
		s := experiment.PassFail(cos >= threshold, fmt.Sprintf("similarity is %.3f", cos))
		s.Value = max(0, cos)
		return s, nil
	})
}

func cosine(a, b []float32) float64 {
	var dot, na, nb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, na, nb = dot+x*y, na+x*x, nb+y*y
	}
	if na == 0 || nb == 0 {
		return 0
	}
	return dot / math.Sqrt(na*nb)
}
