package memorytest_test

import (
	"context"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/memorytest"
)

func TestSuitePassesAGoodStore(t *testing.T) {
	memorytest.Run(t, func(*testing.T) memory.Store { return memory.NewInProcess() })
}

// plain is a Store without Sessions: the suite does not ask it to list any.
type plain struct{ s memory.Store }

func (p plain) Load(ctx context.Context, session string) (memory.History, error) {
	return p.s.Load(ctx, session)
}

func (p plain) Append(ctx context.Context, session string, at memory.Revision, msgs ...llms.MessageContent) (memory.Revision, error) {
	return p.s.Append(ctx, session, at, msgs...)
}

func (p plain) Replace(ctx context.Context, session string, at memory.Revision, msgs []llms.MessageContent) (memory.Revision, error) {
	return p.s.Replace(ctx, session, at, msgs)
}

func (p plain) Delete(ctx context.Context, session string) error { return p.s.Delete(ctx, session) }

func TestSuitePassesAStoreWithoutLister(t *testing.T) {
	memorytest.Run(t, func(*testing.T) memory.Store { return plain{memory.NewInProcess()} })
}
