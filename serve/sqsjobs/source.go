package sqsjobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/problem"
)

// errGone says that a document was deleted before its job was made.
var errGone = errors.New("the document is gone")

// jobOf returns the job of a document, which is made when there is none yet.
// A document that no chain can take makes a failed one.
func (b *Backend) jobOf(ctx context.Context, e event) (*jobs.Job, error) {
	id := e.id()
	j, err := b.Load(ctx, id)
	if !errors.Is(err, jobs.ErrNoJob) {
		return j, err
	}
	now := time.Now().UTC()
	j = &jobs.Job{
		Status: jobs.Status{ID: id, Chain: b.o.Documents.Chain, State: jobs.Queued, Created: now},
		Input:  chain.Values{}, Source: e.source(),
	}
	if name := b.o.Documents.Source; name != "" {
		j.Input[name] = j.Source
	}
	if name := b.o.Documents.Text; name != "" {
		text, err := b.text(ctx, e)
		p, odd := errors.AsType[*problem.Problem](err)
		switch {
		case odd:
			p.RunID = id
			j.State, j.Ended, j.Problem = jobs.Failed, now, p
			if err := b.writeResult(ctx, j); err != nil {
				return nil, err
			}
		case err != nil:
			return nil, err
		default:
			j.Input[name] = text
		}
	}
	err = b.Create(ctx, j)
	if errors.Is(err, jobs.ErrExists) {
		return b.Load(ctx, id)
	}
	return j, err
}

// text reads a document. The error is errGone, or a problem of the document's.
func (b *Backend) text(ctx context.Context, e event) (string, error) {
	most := b.o.Documents.MaxBytes
	tooLong := problem.New(http.StatusRequestEntityTooLarge, "document-too-large", fmt.Sprintf("The document has more than %d bytes.", most))
	if e.size > most {
		return "", tooLong
	}
	in := &s3.GetObjectInput{Bucket: &e.bucket, Key: &e.key}
	if e.version != "" {
		in.VersionId = &e.version
	}
	out, err := b.store.GetObject(ctx, in, quiet)
	if absent(err) {
		return "", errGone
	}
	if err != nil {
		return "", fmt.Errorf("sqsjobs: read %s: %w", e.source(), err)
	}
	defer out.Body.Close()
	body, err := io.ReadAll(io.LimitReader(out.Body, most+1))
	if err != nil {
		return "", fmt.Errorf("sqsjobs: read %s: %w", e.source(), err)
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	switch {
	case int64(len(body)) > most:
		return "", tooLong
	case !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0:
		return "", problem.New(http.StatusUnsupportedMediaType, "document-not-text", "The document is not text in UTF-8.")
	}
	return string(body), nil
}

// quiet has the client not complain of documents that were written without a
// checksum.
func quiet(o *s3.Options) { o.DisableLogOutputChecksumValidationSkipped = true }

// saveResult writes the end of a job beside its document, unless somebody has
// changed the job: then the end is not this one.
func (b *Backend) saveResult(ctx context.Context, j *jobs.Job) error {
	now, err := b.Load(ctx, j.ID)
	if errors.Is(err, jobs.ErrNoJob) || err == nil && now.Revision != j.Revision {
		return jobs.ErrConflict
	}
	if err != nil {
		return err
	}
	if now.State.Final() {
		return nil // written when it ended
	}
	return b.writeResult(ctx, j)
}

// writeResult writes a job's status beside its document. When S3 refuses, the
// job says so: trying again for ever would not help.
func (b *Backend) writeResult(ctx context.Context, j *jobs.Job) error {
	bucket, key, ok := strings.Cut(strings.TrimPrefix(j.Source, "s3://"), "/")
	if !ok || !isDocument(key) || !strings.HasPrefix(j.Source, "s3://") {
		return nil // no document of ours
	}
	body, err := json.Marshal(j.Status)
	if err != nil {
		return fmt.Errorf("sqsjobs: encode the result of job %s: %w", j.ID, err)
	}
	_, err = b.put(ctx, bucket, body, &s3.PutObjectInput{Key: new(key + ownResult)})
	if err != nil && refused(err) {
		if j.Problem == nil {
			j.Problem = problem.New(http.StatusForbidden, "result-not-written", "The bucket of the document refused the result; it is in the job.")
		}
		return nil
	}
	return err
}
