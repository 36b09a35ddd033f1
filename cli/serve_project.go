package cli

import "github.com/causeway-go/causeway/cli/project"

// projectState is the causeway.yaml that a workspace was opened with.
type projectState struct {
	path  string // "": there was none
	stamp stamp
}

// projectNow is the causeway.yaml among the files as they are now.
func (s *site) projectNow(now map[string]stamp) projectState {
	path := s.projectPath()
	return projectState{path, now[path]}
}

// projectPath is where causeway.yaml is, "" without one.
func (s *site) projectPath() string {
	path, err := project.Find(s.args[0])
	if err != nil || path == "" {
		return ""
	}
	return shortPath(path)
}
