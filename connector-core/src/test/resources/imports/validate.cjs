// node validate.cjs DIRECTORY DOCUMENT BODIES: prints the errors of each body, a line of JSON each, or "ok".
const fs = require('fs');
const [directory, document, bodies] = process.argv.slice(2);
const load = name => require(directory + '/node_modules/' + name);
const Ajv = load('ajv/dist/2020');
const ajv = new Ajv({strict: false, allErrors: true, validateFormats: true});
load('ajv-formats')(ajv);
ajv.addSchema(JSON.parse(fs.readFileSync(document)), 'document');
for (const line of fs.readFileSync(bodies, 'utf8').split('\n').filter(Boolean)) {
  const {schema, body} = JSON.parse(line);
  const validate = ajv.getSchema('document#' + schema);
  console.log(validate(JSON.parse(body)) ? 'ok' : JSON.stringify(validate.errors));
}
