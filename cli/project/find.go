package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// maxSize bounds the file: a hundred times what a large team needs.
const maxSize = 256 << 10

// Find returns the path of the causeway.yaml nearest to file: in its folder
// (file itself, when it is a folder) or in one above. It returns "" and no
// error when there is none.
func Find(file string) (string, error) {
	dir, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	for {
		path := filepath.Join(dir, FileName)
		info, err := os.Stat(path)
		switch {
		case err == nil && !info.IsDir():
			return path, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("looking for %s: %w", FileName, err)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", nil
		}
		dir = parent
	}
}

// Load reads and checks the file at path, as Parse does. Relative folders are made absolute, from the file's folder.
func Load(path string) (*Project, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(abs)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxSize {
		return &Project{Path: abs}, Faults{{File: path, Message: tooLarge(info.Size())}}
	}
	body, err := os.ReadFile(abs)
	if err != nil {
		return nil, err
	}
	return Parse(body, path)
}

func tooLarge(size int64) string {
	return fmt.Sprintf("the file is %d bytes, a %s may be at most %d", size, FileName, maxSize)
}
