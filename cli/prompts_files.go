package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/causeway-go/causeway/templates"
)

// promptFolder is a folder of prompt files in which <name>.yaml holds the
// prompt <name>, and those of its files that were asked for.
type promptFolder struct {
	dir   string
	files map[string]string // by the path within dir, with slashes: the path as it was given
}

// promptFolders finds the folders of the prompt files that args name: a file
// support/triage.yaml that holds the prompt support/triage lies in a folder
// two levels up. Without args they are those in prompts, where there is such a
// folder, else those of the working directory.
func promptFolders(args []string) ([]promptFolder, error) {
	if len(args) == 0 {
		args = []string{"."}
		if info, err := os.Stat("prompts"); err == nil && info.IsDir() {
			args = []string{"prompts"}
		}
	}
	all, err := sources(args)
	if err != nil {
		return nil, err
	}
	var folders []promptFolder
	at := map[string]int{}
	for _, s := range all {
		if s.kind != kindPrompt {
			continue
		}
		dir, within := folderOfPrompt(s.path)
		if _, known := at[dir]; !known {
			at[dir] = len(folders)
			folders = append(folders, promptFolder{dir, map[string]string{}})
		}
		folders[at[dir]].files[within] = s.path
	}
	if len(folders) == 0 {
		return nil, usagef("there is no prompt in %s: a prompt file begins with schema: %s", strings.Join(args, ", "), kindPrompt)
	}
	return folders, nil
}

// folderOfPrompt splits the path of a prompt file into its folder and the path
// within it, by the name that the file says the prompt has. A file that is
// called otherwise is taken as it lies.
func folderOfPrompt(path string) (dir, within string) {
	clean := filepath.Clean(path)
	stem := filepath.ToSlash(strings.TrimSuffix(clean, filepath.Ext(clean)))
	name := promptName(path)
	if name != "" && (stem == name || strings.HasSuffix(stem, "/"+name)) {
		within = name + filepath.Ext(clean)
		return filepath.Clean(clean[:len(clean)-len(within)]), within
	}
	return filepath.Dir(clean), filepath.Base(clean)
}

// promptName is what the file says the prompt is called, "" where that cannot
// be seen.
func promptName(path string) string {
	info, err := os.Stat(path)
	if err != nil || info.Size() > templates.MaxFile {
		return ""
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	if m := nameLine.FindSubmatch(body); m != nil {
		return string(m[1])
	}
	return ""
}

// lint reports on the files of f that were asked for, under the paths they
// were given by.
func (f promptFolder) lint(ctx context.Context, store templates.Store) ([]templates.Report, error) {
	all, err := templates.Lint(ctx, os.DirFS(f.dir), store)
	if err != nil {
		return nil, err
	}
	var reports []templates.Report
	for _, r := range all {
		if given, ok := f.files[r.File]; ok {
			r.File = given
			reports = append(reports, r)
		}
	}
	return reports, nil
}
