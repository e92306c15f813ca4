import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';

const document = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const validator = new Validator();
const outcome = await validator.validate(document);
if (!outcome.valid) {
  const errors = Array.isArray(outcome.errors) ? outcome.errors : [{ message: outcome.errors }];
  for (const error of errors.slice(0, 20)) console.error(`${error.instancePath ?? ''} ${error.message}`);
  process.exit(1);
}
console.log(`valid OpenAPI ${validator.version}, ${Object.keys(document.paths).length} paths`);
