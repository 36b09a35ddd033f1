package templates

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// The layout that the S3 store and the folder store share, under a prefix or
// a root:
//
//	prompts/<name>/versions/000042.yaml   never changed
//	prompts/<name>/aliases.json           the one object that is
//	prompts/<name>/log/<id>.<outcome>.json  only ever added to

// VersionKey is where version number of the prompt is kept.
func VersionKey(name string, number int) string {
	return fmt.Sprintf("prompts/%s/versions/%06d.yaml", name, number)
}

// AliasesKey is where the aliases of the prompt are kept.
func AliasesKey(name string) string { return "prompts/" + name + "/aliases.json" }

// LogKey is where an entry of the prompt's log is kept.
func LogKey(name string, e Entry) string {
	return "prompts/" + name + "/log/" + e.ID + "." + string(e.Outcome) + ".json"
}

// ParseVersionKey is the reverse of VersionKey for the last element of a key:
// 0 when it is no version's.
func ParseVersionKey(key string) int {
	digits, ok := strings.CutSuffix(path.Base(key), ".yaml")
	if !ok || len(digits) != 6 || !isDigits(digits) {
		return 0
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
