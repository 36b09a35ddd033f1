package tools_test

import (
	"reflect"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
)

func parts(p ...llms.ContentPart) []llms.ContentPart { return p }

// diffParts compares parts, whose embedded interface go-cmp may not look into.
func diffParts(got, want []llms.ContentPart) string {
	return cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true }))
}
