package io.httpconnector.examples.snippets;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.auth.AwsAuth;
import io.httpconnector.auth.BasicAuth;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.DigestAuth;
import io.httpconnector.auth.HmacAuth;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.auth.LoginAuth;
import io.httpconnector.auth.OAuth1Auth;
import io.httpconnector.auth.SignatureAuth;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.definition.AuthType;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.auth.oauth2.ClientAuthentication;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.auth.oauth2.ProviderSettings;
import io.httpconnector.auth.testing.AuthStrategyTestKit;
import io.httpconnector.auth.testing.StubResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code of {@code docs/authentication.md}. */
final class AuthenticationSnippets {

    private static final Logger log = LoggerFactory.getLogger(AuthenticationSnippets.class);

    private AuthenticationSnippets() {}

    static List<AuthStrategy> strategies(Secret password, Secret token, Secret key) {
        AuthStrategy basic = BasicAuth.of("user@example.com", password);
        AuthStrategy bearer = CustomAuth.bearer(token);
        AuthStrategy apiKey =
                CustomAuth.header("X-Api-Key", key).andQuery("account", "4711").andCookie("session", token);
        AuthStrategy login = LoginAuth.by(
                        Request.post("/session").bodyField("user", "app").bodyField("password", password))
                .token("/data/token")
                .use(session -> CustomAuth.header("X-Session", session))
                .build();
        AuthStrategy digest = DigestAuth.of("admin", password);
        AuthStrategy aws = AwsAuth.of("AKIAIOSFODNN7EXAMPLE", key, "eu-central-1", "execute-api");
        AuthStrategy hmac = HmacAuth.of("HmacSHA256", key, "{{method}}\n{{target}}\n{{time}}\n{{body}}")
                .header("X-Time", "{{time}}")
                .header("X-Signature", "v1={{signature}}");
        AuthStrategy oauth1 = OAuth1Auth.of("consumer-key", key)
                .token("token", token)
                .hmacSha256()
                .realm("4711_SB1");
        return List.of(basic, bearer, apiKey, login, digest, aws, hmac, oauth1);
    }

    static AuthStrategy sortedParameters(Secret key) {
        AuthStrategy sorted = SignatureAuth.digest(
                        "MD5", "{{parameters | without('format') | pairs('', '')}}{{secret}}", Map.of("secret", key))
                .query("api_key", "4711")
                .query("api_sig", "{{signature}}");
        return sorted;
    }

    static OAuth2Builder provider() {
        OAuth2Builder crm = OAuth2.authorizationCode()
                .authorizationUrl("https://login.example.com/authorize")
                .tokenUrl("https://login.example.com/token")
                .provider(ProviderSettings.defaults()
                        .clientAuthentication(ClientAuthentication.BODY)
                        .scopeSeparator(",")
                        .tokenField("instance_url", "/instance_url"));
        return crm;
    }

    static List<OAuth2Builder> grants(Secret pem, Secret password, Secret refreshToken) {
        OAuth2Builder user = OAuth2.authorizationCode().discover("https://login.example.com");
        OAuth2Builder device = OAuth2.deviceCode().discover("https://login.example.com");
        OAuth2Builder tools =
                OAuth2.authorizationCode().discover(); // discovers the server from the service, as MCP requires
        OAuth2Builder machine =
                OAuth2.clientCredentials().client("client-id", JwtKey.rs256(pem).id("key-1"));
        OAuth2Builder robot = OAuth2.jwtBearer(JwtKey.rs256(pem), Map.of("iss", "robot@example.com", "scope", "drive"));
        OAuth2Builder known = OAuth2.refreshToken(refreshToken);
        OAuth2Builder legacy = OAuth2.password("user", password);
        return List.of(user, device, tools, machine, robot, known, legacy);
    }

    static HttpConnection preset(Secret apiToken) {
        AuthDefinition zendesk = AuthDefinition.preset("zendesk");
        List<InputField> form = zendesk.fields("api-token"); // Sub-domain, Email, API token (secret)
        HttpConnection connection = zendesk.choose("api-token")
                .value("subdomain", "acme")
                .value("email", "ann@example.com")
                .value("apiToken", apiToken)
                .connection() // name, base URL, strategy, client certificate and test of the definition
                .build();
        log.info("{} of {}", form, zendesk.strategies());
        return connection;
    }

    static AuthDefinition document() {
        AuthDefinition own = AuthDefinition.parse("""
                {"name": "Shop", "baseUrl": "https://{{auth.shop}}.example.com/v1",
                 "fields": [{"name": "shop", "label": "Name of the shop"}],
                 "strategies": {
                   "key": {"type": "custom", "headers": {"X-Key": "{{auth.key}}"},
                           "fields": [{"name": "key", "label": "API key", "secret": true}]},
                   "oauth2": {"type": "oauth2-authorization-code", "scopes": ["orders"], "pkce": false,
                              "authorizationUrl": "https://{{auth.shop}}.example.com/authorize",
                              "tokenUrl": "https://{{auth.shop}}.example.com/token"}}}""");
        return own;
    }

    static AuthDefinition ownType() {
        AuthType signed = AuthType.of("signed", values -> {
                    Secret secret = values.secret("key");
                    return request ->
                            request.header("X-User", values.text("user")).header("X-Signature", sign(request, secret));
                })
                .text("user")
                .secret("key")
                .setsHeaders("X-User", "X-Signature");
        AuthDefinition shop = AuthDefinition.parse("""
                {"name": "Shop", "baseUrl": "https://shop.example.com/v1",
                 "fields": [{"name": "user", "label": "User"}, {"name": "key", "label": "Key", "secret": true}],
                 "strategies": {"signed": {"type": "signed", "user": "{{auth.user}}", "key": "{{auth.key}}"}}}""", signed);
        return shop;
    }

    private static Secret sign(Request request, Secret key) {
        return key.map(text -> text + request.uri());
    }

    static void testKit(List<String> logLines) {
        AuthStrategyTestKit.of(request -> request.header("X-Key", Secret.of("canary-key")))
                .secret("canary-key")
                .log(() -> logLines)
                .verify();
        AtomicInteger number = new AtomicInteger();
        AuthStrategyTestKit.of(new TicketAuth())
                .respond(
                        "POST",
                        "/tickets",
                        () -> StubResponse.json("{\"ticket\": \"canary-ticket-" + number.incrementAndGet() + "\"}"))
                .refreshes() // a rejected ticket must be replaced
                .secret("canary-ticket")
                .log(() -> logLines)
                .verify();
    }

    /** Requests a ticket for a connection, and another one when the service rejects it. */
    static final class TicketAuth implements AuthStrategy {

        @Override
        public AuthStrategy open(AuthContext context) {
            return new Session(context);
        }

        @Override
        public Request apply(Request request) {
            throw new IllegalStateException("a connection must open it first");
        }

        private static final class Session implements AuthStrategy {
            private final Function<Request, Secret> fetch;
            private volatile @Nullable Secret ticket;

            Session(AuthContext context) {
                // Once for all waiting threads, with the network settings and timeouts of the connection.
                this.fetch = context.singleFlight(() -> {
                    Response response = context.send(Request.post("/tickets"));
                    Secret fresh = Secret.of(response.json().at("/ticket").asText());
                    ticket = fresh;
                    return fresh;
                });
            }

            @Override
            public Request apply(Request request) {
                Secret known = ticket;
                return request.header("X-Ticket", known == null ? fetch.apply(request) : known);
            }

            @Override
            public boolean refresh(Request rejected, Response response) {
                Secret known = ticket;
                boolean isOurs = known != null && rejected.header("X-Ticket").equals(Optional.of(known.reveal()));
                if (isOurs) {
                    ticket = null; // otherwise another thread has already replaced it
                }
                return true; // signed again, and sent once more
            }
        }
    }
}
