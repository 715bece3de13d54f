package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.OAuth2Exception;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Definitions of services whose authentication differs from the usual one: each is the shape of a real service. */
class ServiceDefinitionsTest {

    private MockService service;

    @BeforeEach
    void start() {
        service = MockService.start();
        service.on("GET", "/api", MockResponse.status(200));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    /** Returns a definition with one strategy; {@code '} stands for a quotation mark, BASE for the URL of the service. */
    private AuthDefinition definition(String baseUrl, String fields, String strategy) {
        return AuthDefinition.parse("{'name': 'Shop', 'baseUrl': %s, 'fields': [%s], 'strategies': {'a': {%s}}}"
                .formatted(baseUrl, fields, strategy)
                .replace('`', '\u0001')
                .replace('\'', '"')
                .replace('\u0001', '\'')
                .replace("BASE", service.baseUrl()));
    }

    private HttpConnection connection(AuthDefinition definition, Map<String, String> values) {
        AuthMethod method = definition
                .choose("a")
                .redirectUri("https://app.example.com/callback")
                .tokenStore(TokenStore.inMemory(), "customer");
        values.forEach(method::value);
        return HttpConnection.named("Shop")
                .baseUrl(definition.baseUrl())
                .auth(method.build())
                .build();
    }

    private static void consent(HttpConnection connection, String callback) {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        String state = flow.start("s").toString().replaceFirst(".*[?&]state=([^&]*).*", "$1");
        flow.finish(callback + "&state=" + state, "s");
    }

    private MockService.RecordedRequest last(String path) {
        return service.requests().stream()
                .filter(request -> request.uri().getPath().equals(path))
                .reduce((first, second) -> second)
                .orElseThrow(() -> new AssertionError("no request to " + path + ": " + service.requests()));
    }

    @ParameterizedTest
    @CsvSource({"HOST,, /custom/api", ", acme, /acme/api", ",, /main/api"})
    void theFirstBaseUrlIsUsedWhoseFieldsHaveValues(String host, String name, String path) {
        service.on("GET", path, MockResponse.status(200));
        AuthDefinition shop = definition(
                "['{{auth.host}}/custom', 'BASE/{{auth.name}}', 'BASE/main']",
                "{'name': 'host', 'optional': true}, {'name': 'name', 'optional': true}",
                "'type': 'none'");
        Map<String, String> values =
                host != null ? Map.of("host", service.baseUrl()) : name != null ? Map.of("name", name) : Map.of();

        try (HttpConnection connection = connection(shop, values)) {
            connection.send(Request.get("/api"));
        }
        assertThat(last(path).method()).isEqualTo("GET");
    }

    @Test
    void aBaseUrlHasFilters() {
        service.on("GET", "/ACME/main/api", MockResponse.status(200));
        AuthDefinition shop = definition(
                "'BASE/{{auth.name | upper}}/{{auth.realm | default(`main`)}}'",
                "{'name': 'name'}, {'name': 'realm', 'optional': true}",
                "'type': 'none'");

        try (HttpConnection connection = connection(shop, Map.of("name", "acme"))) {
            connection.send(Request.get("/api"));
        }
        assertThat(last("/ACME/main/api").method()).isEqualTo("GET");
    }

    /** Telegram: the token is a part of a path segment. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "'BASE/bot{{auth.key}}'",
                "'BASE/bot{{auth.key | default(`none`)}}'",
                "['BASE/{{auth.x}}', 'BASE/bot{{auth.key}}']"
            })
    void aSecretInThePathOfTheBaseUrlIsMasked(String baseUrl) {
        service.on("GET", "/bot123:Secret-Token-1/api", MockResponse.status(404));
        AuthDefinition shop = definition(
                baseUrl,
                "{'name': 'key', 'secret': true}"
                        + (baseUrl.contains("auth.x") ? ", {'name': 'x', 'optional': true}" : ""),
                "'type': 'none'");
        String[] current = {"123:Secret-Token-0"};
        AuthStrategy auth =
                shop.choose("a").value("key", Secret.from(() -> current[0])).build();

        try (HttpConnection connection =
                HttpConnection.named("Shop").baseUrl(shop.baseUrl()).auth(auth).build()) {
            current[0] = "123:Secret-Token-1";
            assertThatThrownBy(() -> connection.send(Request.get("/api")))
                    .isInstanceOfSatisfying(StatusException.class, e -> {
                        assertThat(e.status()).isEqualTo(404);
                        assertThat(e.exchange().orElseThrow().url()).isEqualTo(service.baseUrl() + "/bot***/api");
                        assertThat(e.toString() + e.exchange()).doesNotContain("Secret-Token");
                    });
        }
        assertThat(service.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "'https://{{auth.key}}.example.com'",
                "'{{auth.key}}/api'",
                "'https://{{auth.key}}/api/{{auth.key}}'"
            })
    void aSecretInTheHostOfTheBaseUrlIsRejected(String baseUrl) {
        assertThatThrownBy(() -> definition(baseUrl, "{'name': 'key', 'secret': true}", "'type': 'none'"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/baseUrl: {{auth.key}}: it is a secret, which is only allowed in the path");
    }

    /** ModMed: the environments have a host and a path. A value that is no choice stays one segment or a part of a host name. */
    @Test
    void choicesCanHaveAHostAndAPath() {
        String host = service.baseUrl().replaceFirst("http://", "");
        service.on("GET", "/eu/dev/firm/a/b/api", MockResponse.status(200));
        service.on("POST", "/eu/dev/firm/a/b/login", MockResponse.json("{'token': 'T1'}".replace('\'', '"')));
        AuthDefinition shop = definition(
                "'http://{{auth.environment}}/firm/{{auth.firm}}'",
                "{'name': 'environment', 'choices': ['HOST/eu/dev', 'HOST/eu/prod']}, {'name': 'firm'}"
                        .replace("HOST", host),
                "'type': 'login', 'loginUrl': 'http://{{auth.environment}}/firm/{{auth.firm}}/login', 'json': {}");

        try (HttpConnection connection = connection(shop, Map.of("environment", host + "/eu/dev", "firm", "a/b"))) {
            connection.send(Request.get("/api"));
        }
        assertThat(last("/eu/dev/firm/a/b/api").headers()).containsEntry("authorization", "Bearer T1");
        assertThatThrownBy(() -> shop.choose("a")
                        .value("environment", host + "/eu/other")
                        .value("firm", "x")
                        .build())
                .hasMessageContaining("environment: it is not one of its choices");
    }

    @Test
    void aMissingAlternativeIsReported() {
        AuthDefinition shop = definition(
                "['https://{{auth.host}}', 'https://{{auth.name}}.example.com']",
                "{'name': 'host', 'optional': true}, {'name': 'name', 'optional': true}",
                "'type': 'none'");

        assertThatThrownBy(() -> shop.choose("a").build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/baseUrl: none of its alternatives has all values: set one of [host, name]");
    }

    private static final String CODE =
            "'type': 'oauth2-authorization-code', 'pkce': false, 'authorizationUrl': 'BASE/authorize',"
                    + "'clientAuthentication': 'body', ";

    @Test
    void valuesOfTheCallbackAndTheTokensAreSent() {
        service.on("POST", "/eu/token", MockResponse.json("{\"access_token\": \"t1\", \"tenant\": \"42\"}"));
        service.on("GET", "/42/api", MockResponse.status(200));
        AuthDefinition shop = definition(
                "'BASE/{{auth.tenant | default(`none`)}}'",
                "",
                CODE
                        + "'tokenUrl': 'BASE/{{auth.region}}/token', 'callbackFields': ['region'], 'tokenFields': {'tenant': '/tenant'},"
                        + "'computed': {'both': '{{auth.region}}/{{auth.tenant}}'},"
                        + "'headers': {'X-Tenant': '{{auth.tenant}}', 'X-Both': '{{auth.both | base64}}',"
                        + " 'X-Client': '{{auth.clientId}}'}, 'query': {'r': '{{auth.region}}'}");

        try (HttpConnection connection = connection(shop, Map.of("clientId", "c", "clientSecret", "s3cret"))) {
            consent(connection, "code=c0de&region=eu");
            connection.send(Request.get("/api"));
        }
        MockService.RecordedRequest api = last("/42/api");
        assertThat(api.header("X-Tenant")).contains("42");
        assertThat(api.header("X-Both")).contains("ZXUvNDI=");
        assertThat(api.header("X-Client")).contains("c");
        assertThat(api.header("Authorization")).contains("Bearer t1");
        assertThat(api.uri().getQuery()).isEqualTo("r=eu");
    }

    @Test
    void aTokenUrlOfTheCallbackMustBeAtATrustedHost() {
        service.on("POST", "/token", MockResponse.json("{\"access_token\": \"t1\"}"));
        String members = CODE + "'tokenUrl': '{{auth.server}}/token', 'callbackFields': ['server']";
        AuthDefinition shop =
                definition("'BASE'", "", members + ", 'trustedHosts': ['127.0.0.1', 'localhost', '*.zoho.eu']");

        try (HttpConnection connection = connection(shop, Map.of("clientId", "c", "clientSecret", "s3cret"))) {
            assertThatThrownBy(() -> consent(connection, "code=c0de&server=https://evil.example.com"))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining("https://evil.example.com, which is not one of the trusted hosts");
            assertThatThrownBy(() -> consent(connection, "code=c0de&server=https://evil-zoho.eu"))
                    .isInstanceOf(OAuth2Exception.class);
            assertThatThrownBy(() -> consent(connection, "code=c0de"))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining("can't be determined");
            consent(connection, "code=c0de&server=" + service.baseUrl());
            connection.send(Request.get("/api"));
        }
        assertThat(last("/api").header("Authorization")).contains("Bearer t1");
        assertThatThrownBy(() -> connection(definition("'BASE'", "", members), Map.of("clientId", "c")))
                .hasMessageContaining("trustedHosts");
    }

    @Test
    void aValueOfTheCallbackCannotLeaveTheHost() {
        AuthDefinition shop = definition(
                "'BASE'",
                "",
                CODE + "'tokenUrl': 'https://{{auth.shop}}.example.com/token', 'callbackFields': ['shop']");

        try (HttpConnection connection = connection(shop, Map.of("clientId", "c", "clientSecret", "s3cret"))) {
            assertThatThrownBy(() -> consent(connection, "code=c0de&shop=evil.com/"))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining("not valid in a host name");
        }
    }

    @Test
    void parametersAreRenamedAndOmitted() {
        service.on("POST", "/token", MockResponse.json("{\"access_token\": \"t1\"}"));
        AuthDefinition shop = definition(
                "'BASE'",
                "",
                CODE + "'tokenUrl': 'BASE/token',"
                        + "'authorizationParameterNames': {'client_id': 'client_key', 'state': 'customField'},"
                        + "'omittedAuthorizationParameters': ['response_type'], 'codeParameter': 'auth_code',"
                        + "'tokenParameterNames': {'client_id': 'client_key', 'client_secret': 'secret', 'code': 'auth_code'},"
                        + "'omittedTokenParameters': ['redirect_uri']");

        try (HttpConnection connection = connection(shop, Map.of("clientId", "c", "clientSecret", "s3cret"))) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
            URI url = flow.start("s");
            assertThat(url.getQuery()).contains("client_key=c").doesNotContain("client_id", "response_type", "state=");
            String state = url.getQuery().replaceFirst(".*customField=([^&]*).*", "$1");
            flow.finish("auth_code=c0de&customField=" + state, "s");
        }
        assertThat(last("/token").body().split("&"))
                .containsExactlyInAnyOrder(
                        "grant_type=authorization_code", "client_key=c", "secret=s3cret", "auth_code=c0de");
    }

    @Test
    void anAuthorizationUrlHasAFragment() {
        AuthDefinition shop = definition(
                "'BASE'",
                "",
                "'type': 'oauth2-authorization-code', 'authorizationUrl': 'https://app.example.com/x?y=1#/oauth/authorize',"
                        + "'tokenUrl': 'BASE/token'");

        try (HttpConnection connection = connection(shop, Map.of("clientId", "c"))) {
            URI url = AuthorizationCodeFlow.of(connection).start("s");
            assertThat(url.toString())
                    .startsWith("https://app.example.com/x?y=1#/oauth/authorize?response_type=code&client_id=c");
        }
    }

    @Test
    void aClientIsRegisteredAtAConfiguredServer() {
        service.on("POST", "/register", MockResponse.status(201).body("application/json", "{\"client_id\": \"r1\"}"));
        service.on("POST", "/token", MockResponse.json("{\"access_token\": \"t1\"}"));
        AuthDefinition shop = definition(
                "'BASE'",
                "",
                "'type': 'oauth2-authorization-code', 'authorizationUrl': 'BASE/authorize', 'tokenUrl': 'BASE/token',"
                        + "'registrationUrl': 'BASE/register'");

        try (HttpConnection connection = connection(shop, Map.of())) {
            consent(connection, "code=c0de");
            connection.send(Request.get("/api"));
        }
        assertThat(last("/token").body()).contains("client_id=r1");
        assertThat(last("/api").header("Authorization")).contains("Bearer t1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"|", ";", ":", "+", " and "})
    void grantedScopesHaveTheSeparatorOfTheProvider(String separator) {
        service.on(
                "POST", "/token", MockResponse.json("{\"access_token\": \"t1\", \"scope\": \"a" + separator + "b\"}"));
        String members = CODE + "'tokenUrl': 'BASE/token', 'scopes': 'a b', 'requireScopes': true, 'scopeSeparator': '"
                + separator + "'";

        try (HttpConnection connection =
                connection(definition("'BASE'", "", members), Map.of("clientId", "c", "clientSecret", "x"))) {
            consent(connection, "code=c0de");
            assertThat(AuthorizationCodeFlow.of(connection)
                            .tokens()
                            .orElseThrow()
                            .scopes())
                    .containsExactly("a", "b");
        }
    }

    @Test
    void grantedScopesCanBeRequired() {
        service.on("POST", "/token", MockResponse.json("{\"access_token\": \"t1\", \"scope\": \"read,offline\"}"));
        String members = CODE + "'tokenUrl': 'BASE/token', 'scopes': 'read write'";

        try (HttpConnection connection =
                connection(definition("'BASE'", "", members), Map.of("clientId", "c", "clientSecret", "x"))) {
            consent(connection, "code=c0de");
            var tokens = AuthorizationCodeFlow.of(connection).tokens().orElseThrow();
            assertThat(tokens.scopes()).containsExactly("read", "offline");
            assertThat(tokens.missingScopes()).containsExactly("write");
        }
        try (HttpConnection connection = connection(
                definition("'BASE'", "", members + ", 'requireScopes': true"),
                Map.of("clientId", "c", "clientSecret", "x"))) {
            assertThatThrownBy(() -> consent(connection, "code=c0de"))
                    .hasMessageContaining("the consent lacks the scopes write");
            assertThat(AuthorizationCodeFlow.of(connection).tokens()).isEmpty();
        }
    }

    private static final String USER = "{'name': 'user'}, {'name': 'key', 'secret': true}";

    private MockService.RecordedRequest login(String members) {
        try (HttpConnection connection = connection(
                definition("'BASE'", USER, "'type': 'login', " + members), Map.of("user", "ann", "key", "p&<w"))) {
            connection.send(Request.get("/api"));
        }
        return last("/api");
    }

    @Test
    void aLoginHasBasicAuthenticationAndSecretsInItsQuery() {
        service.on("GET", "/login", MockResponse.json("{\"token\": \"t1\", \"account\": 7}"));
        var api = login(
                "'loginUrl': 'BASE/login', 'method': 'GET', 'loginUser': '{{auth.user}}', 'loginPassword': '{{auth.key}}',"
                        + "'loginQuery': {'secret': '{{auth.key}}'}, 'tokenFields': {'account': '/account'},"
                        + "'computed': {'both': '{{auth.user}}:{{auth.token}}'},"
                        + "'use': {'headers': {'Authorization': 'Basic {{auth.both | base64}}', 'X-Key': '{{auth.key | hex}}'},"
                        + "        'query': {'account_id': '{{auth.account}}'}}");

        assertThat(last("/login").header("Authorization")).contains("Basic YW5uOnAmPHc=");
        assertThat(last("/login").uri().getQuery()).isEqualTo("secret=p&<w");
        assertThat(api.header("Authorization")).contains("Basic YW5uOnQx");
        assertThat(api.header("X-Key")).contains("70263c77");
        assertThat(api.uri().getQuery()).isEqualTo("account_id=7");
    }

    @Test
    void aLoginHasSteps() {
        service.on("GET", "/info", MockResponse.json("{\"issuer\": \"" + service.baseUrl() + "/id\"}"));
        service.on("POST", "/id/token", MockResponse.status(200).body("text/plain", "access_token=t1&x=1"));
        service.on(
                "POST",
                "/exchange",
                MockResponse.status(200).body("text/plain", "<r><api><session>t2</session></api></r>"));
        var api = login("'steps': [{'method': 'GET', 'url': 'BASE/info', 'tokenFields': {'issuer': '/issuer'}},"
                + "{'url': '{{auth.issuer}}/token', 'form': {'p': '{{auth.key}}'}, 'tokenFields': {'first': '/access_token'}}],"
                + "'loginUrl': 'BASE/exchange', 'loginHeaders': {'Authorization': 'Bearer {{auth.first}}'},"
                + "'xml': '<login><user>{{auth.user}}</user><p>{{auth.key}}</p></login>', 'tokenPath': '/api/session'");

        assertThat(last("/id/token").body()).isEqualTo("p=p%26%3Cw");
        assertThat(last("/exchange").header("Authorization")).contains("Bearer t1");
        assertThat(last("/exchange").body()).isEqualTo("<login><user>ann</user><p>p&amp;&lt;w</p></login>");
        assertThat(api.header("Authorization")).contains("Bearer t2");
    }

    @Test
    void valuesOfAStepAreInHeadersCookiesFormsAndXml() {
        service.on(
                "GET",
                "/page",
                MockResponse.status(200)
                        .body("text/html", "<p>")
                        .header("X-Csrf-Token", "csrf-1")
                        .header("Set-Cookie", "sid=s-1; Path=/; HttpOnly"));
        service.on("POST", "/form", MockResponse.status(200).body("text/plain", "code=c-1&x=1"));
        service.on("POST", "/session", MockResponse.status(200).body("text/xml", "<r><token>t-1</token><n>7</n></r>"));
        var api = login(
                "'steps': [{'method': 'GET', 'url': 'BASE/page', 'tokenFields': {'csrf': {'header': 'x-csrf-token'}, 'sid': {'cookie': 'sid'}}},"
                        + "{'url': 'BASE/form', 'form': {'p': '{{auth.key}}', 't': '{{auth.csrf}}'}, 'tokenFields': {'code': {'path': '/code'}}}],"
                        + "'loginUrl': 'BASE/session', 'loginHeaders': {'X-Sid': '{{auth.sid}}', 'X-Code': '{{auth.code}}'},"
                        + "'json': {'user': '{{auth.user}}'}, 'tokenPath': '/token', 'tokenFields': {'number': '/n'},"
                        + "'use': {'headers': {'X-All': '{{auth.token}} {{auth.csrf}} {{auth.sid}} {{auth.number}}'}}");

        assertThat(last("/form").body()).isEqualTo("p=p%26%3Cw&t=csrf-1");
        assertThat(last("/session").header("X-Sid")).contains("s-1");
        assertThat(last("/session").header("X-Code")).contains("c-1");
        assertThat(api.header("X-All")).contains("t-1 csrf-1 s-1 7");
    }

    @Test
    void aLocationOfAValueIsOneOfPathHeaderAndCookie() {
        assertThatThrownBy(
                        () -> login(
                                "'steps': [{'url': 'BASE/page', 'tokenFields': {'a': {}, 'b': {'header': 'X Y'}, 'c': 'x', 'd': {'path': '/a', 'cookie': 'b'},"
                                        + " 'e': 1, '': {'header': 'X'}, 'f': {'path': 'x'}}}], 'loginUrl': 'BASE/x', 'form': {'u': '{{auth.user}}', 'p': '{{auth.key}}'}"))
                .hasMessageContaining("/strategies/a/steps/0/tokenFields/a: ")
                .hasMessageContaining("/strategies/a/steps/0/tokenFields/b/header: ")
                .hasMessageContaining("/strategies/a/steps/0/tokenFields/c: it is no JSON pointer")
                .hasMessageContaining("/strategies/a/steps/0/tokenFields/d: ")
                .hasMessageContaining("/strategies/a/steps/0/tokenFields/e: expected an object")
                .hasMessageContaining("/strategies/a/steps/0/tokenFields/: a name can't be empty")
                .hasMessageContaining("/strategies/a/steps/0/tokenFields/f/path: it is no JSON pointer");
    }

    @Test
    void aMissingValueOfAStepEndsTheLogin() {
        service.on("GET", "/info", MockResponse.json("{}"));
        assertThatThrownBy(
                        () -> login(
                                "'steps': [{'method': 'GET', 'url': 'BASE/info', 'tokenFields': {'issuer': '/issuer'}}],"
                                        + "'loginUrl': '{{auth.issuer}}/token', 'form': {'u': '{{auth.user}}', 'p': '{{auth.key}}'}"))
                .hasMessageContaining("/strategies/a/loginUrl: one of the values [issuer] is missing");
    }

    @Test
    void aLoginSignsAJwt() {
        service.on(
                "POST",
                "/app/installations/7/access_tokens",
                MockResponse.status(201).body("application/json", "{\"token\": \"t1\"}"));
        login(
                "'jwt': {'algorithm': 'HS256', 'key': '0123456789abcdef0123456789abcdef{{auth.key}}', 'claims': {'iss': '{{auth.user}}'}},"
                        + "'loginUrl': 'BASE/app/installations/7/access_tokens', 'loginHeaders': {'Authorization': 'Bearer {{auth.jwt}}'}");

        Optional<String> header = last("/app/installations/7/access_tokens").header("Authorization");
        assertThat(header.orElseThrow()).startsWith("Bearer eyJ");
    }

    @Test
    void secretsOfComputedValuesAreNotVisible() {
        assertThatThrownBy(
                        () -> definition(
                                "'BASE'",
                                USER,
                                "'type': 'login', 'loginUrl': 'BASE/{{auth.both}}', 'computed': {'both': '{{auth.user}}{{auth.key}}'}"))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .isEqualTo(
                                        List.of(
                                                "/strategies/a/loginUrl: {{auth.both}}: it is a secret, which is not allowed here")));
        assertThatThrownBy(() -> definition(
                        "'BASE'",
                        USER,
                        "'type': 'custom', 'computed': {'user': '{{auth.key}}'}, 'headers': {'X': '{{auth.user}}'}"))
                .hasMessageContaining("/strategies/a/computed: there is also a field \"user\"");
        assertThat(Secret.of("x")).hasToString("***");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {\"error\": {\"code\": \"invalid_grant\", \"message\": \"gone\"}} | invalid_grant | gone",
                "200 | {\"error\": {\"code\": \"invalid_grant\"}} | invalid_grant | invalid_grant",
                "400 | error=invalid_client&error_description=no%20such | invalid_client | no such",
                "401 | [{\"errorCode\": \"INVALID_SESSION\", \"message\": \"a=b\"}] | INVALID_SESSION | a=b",
                "400 | {\"errors\": [{\"code\": \"bad\", \"detail\": \"why\"}]} | bad | why",
                "400 | {\"code\": 1234, \"msg\": \"no\"} | 1234 | no",
                "200 | {\"ok\": false, \"error\": \"invalid_code\"} | invalid_code | invalid_code",
                "200 | {\"data\": {}} | | responded without an access token",
                "200 | [\"a=b\"] | a=b | a=b",
                "400 | {\"error_type\": \"OAuthException\", \"code\": 400, \"error_message\": \"no\"} | OAuthException | no",
                "400 | {\"result\": {\"error\": \"invalid_grant\", \"error_description\": \"old\"}} | invalid_grant | old",
                "400 | {\"error\": {\"errors\": [{\"reason\": \"x\", \"message\": \"why\"}], \"code\": 401}} | 401 | why",
                "400 | {\"errors\": {\"code\": \"invalid_grant\", \"message\": \"gone\"}} | invalid_grant | gone",
                "200 | error=invalid_scope&error_description=one+two%21 | invalid_scope | one two!"
            })
    void errorsOfATokenEndpointAreReported(int status, String body, String error, String text) {
        service.on("POST", "/token", MockResponse.status(status).body("text/plain", body));
        AuthDefinition shop = definition("'BASE'", "", "'type': 'oauth2-client-credentials', 'tokenUrl': 'BASE/token'");

        try (HttpConnection connection = connection(shop, Map.of("clientId", "c", "clientSecret", "s3cret"))) {
            assertThatThrownBy(() -> connection.send(Request.get("/api")))
                    .isInstanceOfSatisfying(
                            OAuth2Exception.class, e -> assertThat(e.error()).isEqualTo(Optional.ofNullable(error)))
                    .hasMessageContaining(text)
                    .hasMessageContaining("(status " + status + ", POST " + service.baseUrl() + "/token)");
        }
    }

    private static final String FORM = "{'name': 'region', 'choices': ['eu', 'us']},"
            + "{'name': 'shop', 'pattern': '[a-z]+', 'example': 'acme', 'prefix': 'https://', 'suffix': '.example.com'},"
            + "{'name': 'mode', 'default': 'plain'},"
            + "{'name': 'extra', 'when': {'field': 'mode', 'values': ['extended', 'full']}}";

    private static final String CUSTOM =
            "'type': 'custom', 'headers': {'X-R': '{{auth.region}}', 'X-S': '{{auth.shop}}', 'X-E': '{{auth.extra}}'}";

    @Test
    void fieldsHaveRules() {
        AuthDefinition shop = definition("'BASE'", FORM, CUSTOM);
        InputField field = shop.fields("a").get(1);
        assertThat(field.pattern()).contains("[a-z]+");
        assertThat(field.example()).contains("acme");
        assertThat(shop.fields("a").get(0).choices()).containsExactly("eu", "us");
        assertThat(shop.fields("a").get(3).condition())
                .contains(new InputField.FieldCondition("mode", List.of("extended", "full")));

        try (HttpConnection connection =
                connection(shop, Map.of("region", "eu", "shop", "https://acme.example.com", "extra", "ignored"))) {
            connection.send(Request.get("/api"));
        }
        assertThat(last("/api").header("X-S")).contains("acme");
        assertThat(last("/api").header("X-E")).isEmpty();
        try (HttpConnection connection =
                connection(shop, Map.of("region", "eu", "shop", "acme", "mode", "full", "extra", "1"))) {
            connection.send(Request.get("/api"));
        }
        assertThat(last("/api").header("X-E")).contains("1");
    }

    @Test
    void valuesThatTheRulesRejectAreReported() {
        AuthDefinition shop = definition("'BASE'", FORM, CUSTOM);
        assertThatThrownBy(() -> connection(shop, Map.of("region", "de", "shop", "A1", "mode", "full")))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "region: it is not one of its choices [eu, us]",
                                        "shop: it does not match the pattern [a-z]+, such as acme",
                                        "/strategies/a/headers/X-E: there is no value for {{auth.extra}}: set it by value(\"extra\", ...)"));
        assertThatThrownBy(() -> definition(
                        "'BASE'",
                        "{'name': 'region', 'choices': ['eu'], 'default': 'us', 'pattern': '('}",
                        "'type': 'custom', 'headers': {'X': '{{auth.region}}'}"))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .contains("/fields/0/default: it is not one of its choices [eu]")
                                .anyMatch(problem -> problem.startsWith("/fields/0/pattern: ")));
        assertThatThrownBy(() -> definition(
                        "'BASE'",
                        "{'name': 'region', 'when': {'field': 'x', 'values': ['1']}}",
                        "'type': 'custom', 'headers': {'X': '{{auth.region}}'}"))
                .hasMessageContaining("the condition of \"region\" refers to \"x\"");
    }

    @Test
    void testsOfADefinitionAreSent() {
        service.on("POST", "/v1/check", MockResponse.status(401));
        service.on("POST", "/v3/check", MockResponse.status(404));
        AuthDefinition shop = AuthDefinition.parse("""
                {"name": "Shop", "baseUrl": "%s", "fields": [{"name": "key", "secret": true}],
                 "test": [{"method": "POST", "url": "/v1/check"},
                          {"method": "POST", "url": "/v3/check", "query": {"k": "{{auth.key}}"}, "headers": {"X-T": "1"},
                           "json": {"limit": 1}, "accept": [404]}],
                 "strategies": {"a": {"type": "custom", "headers": {"X-Key": "{{auth.key}}"}}}}""".formatted(service.baseUrl()));

        try (HttpConnection connection =
                shop.choose("a").value("key", Secret.of("s3cret")).connection().build()) {
            assertThat(connection.test().ok()).isTrue();
        }
        assertThat(last("/v3/check").uri().getQuery()).isEqualTo("k=s3cret");
        assertThat(last("/v3/check").header("X-Key")).contains("s3cret");
        assertThat(last("/v3/check").body()).isEqualTo("{\"limit\":1}");
    }

    @Test
    void aTestBeforeConsentRequiresAuthorization() {
        AuthDefinition shop = AuthDefinition.parse("""
                {"name": "Shop", "baseUrl": "%s", "test": "/api",
                 "strategies": {"a": {"type": "oauth2-authorization-code", "authorizationUrl": "https://x.example.com/a",
                                      "tokenUrl": "https://x.example.com/t"}}}""".formatted(service.baseUrl()));

        try (HttpConnection connection =
                shop.choose("a").value("clientId", "c").connection().build()) {
            assertThat(connection.test().outcome()).hasToString("AUTHORIZATION_REQUIRED");
        }
    }

    @Test
    void aClientCertificateIsPartOfTheConnection() {
        AuthDefinition shop = definition(
                "'BASE'",
                "{'name': 'cert', 'secret': true}, {'name': 'key', 'secret': true}",
                "'type': 'none', 'clientCertificate': {'certificate': '{{auth.cert}}', 'privateKey': '{{auth.key}}'}");

        assertThatThrownBy(() -> shop.choose("a")
                        .value("cert", "x")
                        .value("key", "k3y")
                        .connection()
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("certificate")
                .hasMessageNotContaining("k3y");
        assertThatThrownBy(() -> shop.choose("a").value("cert", "x").connection())
                .hasMessageContaining("/strategies/a/clientCertificate/privateKey: there is no value for {{auth.key}}");
    }
}
