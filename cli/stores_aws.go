package cli

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/bedrockagent"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/bedrockstore"
	"github.com/causeway-go/causeway/templates/s3store"
	"github.com/causeway-go/causeway/templates/secretstore"
	"github.com/causeway-go/causeway/templates/ssmstore"
)

// awsStore opens a store of prompts in AWS, when there are credentials for it.
func (w *workspace) awsStore(ctx context.Context, l project.Location) (templates.Store, error) {
	cfg, err := w.account.ready(ctx, w.project.Region, promptAccess)
	if err != nil {
		w.models.setup = err
		return nil, err
	}
	switch l.Service {
	case project.ParameterStore:
		return ssmstore.New(ssm.NewFromConfig(cfg), &ssmstore.Options{Prefix: l.Prefix})
	case project.SecretsManager:
		return secretstore.New(secretsmanager.NewFromConfig(cfg), &secretstore.Options{Prefix: l.Prefix})
	case project.PromptManagement:
		return bedrockstore.New(bedrockagent.NewFromConfig(cfg), nil)
	}
	return s3store.New(s3.NewFromConfig(cfg), l.Bucket, &s3store.Options{Prefix: l.Prefix})
}
