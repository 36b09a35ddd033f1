// Reads a document from standard input and says whether it is OpenAPI 3.1.
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';

const validator = new Validator();
const result = await validator.validate(JSON.parse(readFileSync(0, 'utf8')));
console.log(JSON.stringify({ ...result, version: validator.version }));
