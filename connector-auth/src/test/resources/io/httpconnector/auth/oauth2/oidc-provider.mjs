// An authorization server by oidc-provider: node oidc-provider.mjs MODULES [par]. Prints its issuer. GET /forget?id=... deletes a client.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const { default: Provider } = await import(pathToFileURL(process.argv[2] + '/node_modules/oidc-provider/lib/index.js'));
const requiresPushedRequests = process.argv[3] === 'par';

const entries = new Map();
class Adapter {
  constructor(model) { this.model = model; }
  key(id) { return this.model + ':' + id; }
  async upsert(id, payload) { entries.set(this.key(id), payload); }
  async find(id) { return entries.get(this.key(id)); }
  async findByUid(uid) { return this.first((payload) => payload.uid === uid); }
  async findByUserCode(code) { return this.first((payload) => payload.userCode === code); }
  async consume(id) { entries.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { entries.delete(this.key(id)); }
  async revokeByGrantId(grant) {
    for (const [key, payload] of entries) if (payload.grantId === grant) entries.delete(key);
  }
  first(matches) {
    for (const [key, payload] of entries) if (key.startsWith(this.model + ':') && matches(payload)) return payload;
    return undefined;
  }
}

const server = createServer();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;
const redirect_uris = ['https://app.example.com/callback'];
const grant_types = ['authorization_code', 'refresh_token'];
const provider = new Provider(issuer, {
  adapter: Adapter,
  clients: [
    { client_id: 'web', client_secret: 's%cret: 1', redirect_uris, grant_types },
    { client_id: 'post', client_secret: 'post-secret', redirect_uris, grant_types, token_endpoint_auth_method: 'client_secret_post' },
    { client_id: 'machine', client_secret: 'machine-secret', redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
    { client_id: 'tv', token_endpoint_auth_method: 'none', redirect_uris: [], response_types: [], application_type: 'native',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'] },
  ],
  scopes: ['openid', 'offline_access', 'orders', 'admin'],
  acrValues: ['urn:gold', 'urn:silver'],
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    registration: { enabled: true },
    revocation: { enabled: true },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: requiresPushedRequests },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource) => {
        if (resource !== 'https://api.example.com/') {
          throw Object.assign(new Error('invalid_target'), { statusCode: 400, status: 400, expose: true, error_description: 'unknown resource' });
        }
        return { scope: 'orders admin', accessTokenFormat: 'opaque', accessTokenTTL: 60 };
      },
    },
  },
  ttl: { AccessToken: 60, ClientCredentials: 60 },
});
const handle = provider.callback();
server.on('request', (request, response) => {
  if (request.url.startsWith('/forget?id=')) {
    entries.delete('Client:' + request.url.split('=')[1]);
    response.end('{}');
  } else {
    handle(request, response);
  }
});
console.log(issuer);
