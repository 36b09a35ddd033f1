// Package sqlitememory keeps conversations in an SQLite file, with no C code.
//
//	store, err := sqlitememory.New("sessions.db", nil)
//	if err != nil {
//		return err
//	}
//	defer store.Close()
//	talk := memory.New(store, "customer-17", &memory.Options{Window: 20})
//
// Processes on one machine may share the file. An append is one transaction
// and is on the disk when it returns. What Delete removes is overwritten.
package sqlitememory
