// Reads a list of CSAF 2.0 documents from standard input; writes what breaks, document by document.
import { readFileSync } from 'node:fs'
import * as mandatory from '@secvisogram/csaf-validator-lib/mandatoryTests.js'
import * as schema from '@secvisogram/csaf-validator-lib/schemaTests.js'
import validate from '@secvisogram/csaf-validator-lib/validate.js'

const tests = [...Object.values(schema), ...Object.values(mandatory)]
const told = []
for (const document of JSON.parse(readFileSync(0, 'utf8'))) {
  const { tests: results } = await validate(tests, document)
  told.push(
    results.flatMap(({ name, errors }) =>
      errors.map(({ instancePath, message }) => `${name} ${instancePath}: ${message}`)
    )
  )
}
process.stdout.write(JSON.stringify({ tests: tests.length, told }))
