package emulator

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode"
)

// embed makes a unit vector of size numbers: the sum of one random direction
// a word, always the same for the same word. Texts that share words are near
// each other, which is enough for a search in an example; it knows no meaning.
func embed(text string, size int) []float64 {
	v := make([]float64, size)
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		addWord(v, w)
	}
	if length(v) == 0 { // no word in it
		addWord(v, text)
	}
	n := length(v)
	for i := range v {
		v[i] /= n
	}
	return v
}

func length(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	return math.Sqrt(sum)
}

func addWord(v []float64, word string) {
	h := fnv.New64a()
	h.Write([]byte(word))
	random := rand.New(rand.NewPCG(h.Sum64(), uint64(len(word))))
	for i := range v {
		v[i] += random.NormFloat64()
	}
}

// appendVector writes with the eight digits that the models answer.
func appendVector(b []byte, v []float64) []byte {
	b = append(b, '[')
	for i, x := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendFloat(b, x, 'g', 8, 64)
	}
	return append(b, ']')
}

func appendVectors(b []byte, vs [][]float64) []byte {
	b = append(b, '[')
	for i, v := range vs {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendVector(b, v)
	}
	return append(b, ']')
}

// appendTypes writes the vectors in each type that is asked for: a list of
// vectors for Cohere, one vector for Titan.
func appendTypes(b []byte, types []string, vs [][]float64, list bool) ([]byte, *Failure) {
	for i, t := range types {
		scaled := make([][]float64, len(vs))
		for j, v := range vs {
			var ok bool
			if scaled[j], ok = quantize(v, t); !ok {
				return nil, malformed("#: %s is not a valid enum value", t)
			}
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), t...), `":`...)
		if list {
			b = appendVectors(b, scaled)
		} else {
			b = appendVector(b, scaled[0])
		}
	}
	return b, nil
}

// quantize turns a vector into an embedding type: float, int8, uint8, binary
// (one number a dimension, 0 or 1).
func quantize(v []float64, kind string) ([]float64, bool) {
	out := make([]float64, len(v))
	for i, x := range v {
		switch kind {
		case "float":
			out[i] = x
		case "int8":
			out[i] = math.Round(min(max(x*127*math.Sqrt(float64(len(v)))/3, -128), 127))
		case "uint8":
			out[i] = math.Round(min(max(128+x*127*math.Sqrt(float64(len(v)))/3, 0), 255))
		case "binary":
			if x > 0 {
				out[i] = 1
			}
		default:
			return nil, false
		}
	}
	return out, true
}

// decodeStrict reads JSON and refuses members that the model does not know.
func decodeStrict(body []byte, dst any) *Failure {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	err := dec.Decode(dst)
	if err == nil {
		return nil
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return malformed("#: extraneous key [%s] is not permitted", strings.Trim(name, `"`))
	}
	return invalid("Malformed input request, please reformat your input and try again.")
}
