// A protected MCP server with the MCP TypeScript SDK: node mcp-server.mjs MODULES [example]. Prints the URL of its MCP endpoint.
// "example": the example of the SDK, unchanged, with a separate authorization server. Otherwise one server for both, which rotates
// refresh tokens, revokes tokens, and requires the scope mcp:admin for the endpoint /admin. GET /forget deletes all clients.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const sdk = (file) => import(pathToFileURL(`${process.argv[2]}/node_modules/@modelcontextprotocol/sdk/dist/esm/${file}`));
const listening = async () => {
  const server = createServer();
  await new Promise((ready) => server.listen(0, 'localhost', ready));
  return server;
};

if (process.argv[3] === 'example') {
  const servers = [await listening(), await listening()];
  const [port, authPort] = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  Object.assign(process.env, { MCP_PORT: String(port), MCP_AUTH_PORT: String(authPort) });
  process.argv.push('--oauth', '--oauth-strict');
  const log = console.log;
  console.log = (line) => {
    log(line);
    if (String(line).startsWith('MCP Streamable HTTP Server listening')) log(`http://localhost:${port}/mcp`);
  };
  await sdk('examples/server/simpleStreamableHttp.js');
} else {
  const { DemoInMemoryAuthProvider } = await sdk('examples/server/demoInMemoryOAuthProvider.js');
  const { mcpAuthRouter, getOAuthProtectedResourceMetadataUrl } = await sdk('server/auth/router.js');
  const { InvalidGrantError, InvalidTargetError, InvalidTokenError } = await sdk('server/auth/errors.js');
  const { requireBearerAuth } = await sdk('server/auth/middleware/bearerAuth.js');
  const { createMcpExpressApp } = await sdk('server/express.js');
  const { McpServer } = await sdk('server/mcp.js');
  const { StreamableHTTPServerTransport } = await sdk('server/streamableHttp.js');

  class Provider extends DemoInMemoryAuthProvider {
    grants = new Map();
    async exchangeAuthorizationCode(client, code, verifier, redirectUri, resource) {
      if (!this.codes.has(code)) throw new InvalidGrantError('The code was used, or has expired');
      if (String(resource) !== url.href) throw new InvalidTargetError('The resource is unknown');
      return this.issue(client, await super.exchangeAuthorizationCode(client, code, verifier, redirectUri, resource));
    }
    issue(client, { access_token, scope }) {
      const refresh_token = randomUUID();
      this.grants.set(refresh_token, { client: client.client_id, scope, resource: this.tokens.get(access_token).resource });
      return { access_token, token_type: 'bearer', expires_in: 60, scope, refresh_token };
    }
    async exchangeRefreshToken(client, token, scopes, resource) {
      const grant = this.grants.get(token);
      if (grant?.client !== client.client_id) throw new InvalidGrantError('The refresh token was used, or has expired');
      if (String(resource) !== String(grant.resource)) throw new InvalidGrantError('The resource differs');
      this.grants.delete(token);
      const access_token = randomUUID();
      this.tokens.set(access_token, { clientId: client.client_id, scopes: grant.scope.split(' '), expiresAt: Date.now() + 60000, resource });
      return this.issue(client, { access_token, scope: grant.scope });
    }
    async revokeToken(client, { token }) {
      this.grants.delete(token);
      this.tokens.delete(token);
    }
    async verifyAccessToken(token) {
      if (!this.tokens.has(token)) throw new InvalidTokenError('The token is unknown');
      return super.verifyAccessToken(token);
    }
  }

  const server = await listening();
  const url = new URL(`http://localhost:${server.address().port}/mcp`);
  const issuerUrl = new URL('/', url);
  const provider = new Provider();
  const app = createMcpExpressApp();
  app.use(mcpAuthRouter({ provider, issuerUrl, resourceServerUrl: url, scopesSupported: ['mcp:tools'] }));
  const bearer = (...requiredScopes) =>
    requireBearerAuth({ verifier: provider, requiredScopes, expectedResource: url, resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(url) });
  app.post('/mcp', bearer('mcp:tools'), async (request, response) => {
    const mcp = new McpServer({ name: 'orders', version: '1.0.0' });
    mcp.registerTool('count', { description: 'Counts orders' }, async () => ({ content: [{ type: 'text', text: '42' }] }));
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    await mcp.connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
  app.get('/mcp/admin', bearer('mcp:tools', 'mcp:admin'), (request, response) => response.json(request.auth.scopes));
  app.get('/forget', (request, response) => {
    provider.clientsStore.clients.clear();
    response.json({});
  });
  server.on('request', app);
  console.log(url.href);
}
