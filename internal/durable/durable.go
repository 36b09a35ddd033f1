// Package durable writes files that are there whole, or not at all, whatever
// dies.
package durable

import "os"

// WriteTemp puts data on the disk, under a new name in dir that begins with a
// dot: rename or link it to where it belongs, then call SyncDir.
func WriteTemp(dir string, data []byte) (name string, err error) {
	f, err := os.CreateTemp(dir, ".tmp-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// SyncDir makes new names in dir durable. Not every file system can do it, and
// where it cannot there is nothing better.
func SyncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
