// Package storetest is the conformance suite of templates.Store. A store's
// own test is one call:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) templates.Store { return templates.NewInProcess() }, nil)
//	}
package storetest
