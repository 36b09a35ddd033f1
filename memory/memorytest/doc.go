// Package memorytest holds the suite that every memory.Store has to pass.
//
//	func TestConformance(t *testing.T) {
//		memorytest.Run(t, func(t *testing.T) memory.Store { return memory.NewInProcess() })
//	}
//
// It checks what package memory promises: that every part survives, that of
// writers at one revision exactly one wins and the others change nothing, that
// messages of one append appear together, that a session begun again is not
// taken for the old one, and that Delete leaves nothing. [RunOnDisk] adds what
// a store in a folder has to pass: that it survives a killed writer.
package memorytest
