package io.httpconnector.auth.definition;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Custom definitions. */
class AuthDefinitionTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @BeforeEach
    void setUp() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
    }

    /** A document with these strategies, and fields for a region, a key and a user. */
    private static AuthDefinition definition(String strategies) {
        return AuthDefinition.parse("""
                {"name": "Shop", "baseUrl": "%s/{{auth.region}}/v1", "test": "/me",
                 "fields": [{"name": "region", "label": "Region", "hint": "eu or us", "default": "eu"},
                            {"name": "user", "default": "ann"},
                            {"name": "key", "label": "API key", "secret": true}],
                 "strategies": {%s}}""".formatted(service.baseUrl(), strategies));
    }

    private static void send(AuthDefinition definition, AuthStrategy auth, Request request) {
        try (HttpConnection connection = HttpConnection.named(definition.name())
                .baseUrl(definition.baseUrl())
                .auth(auth)
                .build()) {
            connection.send(request);
        }
    }

    @Test
    void chosenStrategyIsBuilt() {
        AuthDefinition shop = definition("""
                "header": {"type": "custom", "headers": {"X-Key": "key={{auth.key}}", "X-User": "{{auth.user}}"},
                           "query": {"k": "{{auth.key}}", "r": "{{auth.region}}"}, "cookies": {"s": "{{auth.key}}"},
                           "bodyFields": {"b": "{{auth.key}}", "u": "{{auth.user}}"}},
                "basic": {"type": "basic", "user": "{{auth.user}}/token", "password": "{{auth.key}}"},
                "none": {"type": "none"}""");
        assertThat(shop.strategies()).containsExactly("header", "basic", "none");
        for (String choice : shop.strategies()) {
            AuthStrategy auth = shop.choose(choice)
                    .value("key", Secret.of("k1"))
                    .value("region", "us")
                    .build();
            send(shop, auth, Request.post("/" + choice));
        }
        service.verify(postRequestedFor(urlEqualTo("/us/v1/header?k=k1&r=us"))
                .withHeader("X-Key", equalTo("key=k1"))
                .withHeader("X-User", equalTo("ann"))
                .withHeader("Cookie", equalTo("s=k1"))
                .withRequestBody(equalTo("b=k1&u=ann")));
        service.verify(postRequestedFor(urlEqualTo("/us/v1/basic"))
                .withHeader("Authorization", equalTo("Basic YW5uL3Rva2VuOmsx")));
        service.verify(postRequestedFor(urlEqualTo("/us/v1/none")));
    }

    @Test
    void fieldsDescribeAForm() {
        AuthDefinition shop = definition("""
                "app": {"type": "oauth2-client-credentials", "tokenUrl": "https://x.example.com/token",
                        "fields": [{"name": "account"}],
                        "query": {"a": "{{auth.account}}", "u": "{{auth.user}}", "k": "{{auth.key}}"}}""");
        assertThat(shop.fields("app"))
                .extracting(InputField::name)
                .containsExactly("region", "user", "key", "account", "clientId", "clientSecret");
        InputField region = shop.fields("app").get(0);
        assertThat(region.label()).isEqualTo("Region");
        assertThat(region.hint()).contains("eu or us");
        assertThat(region.defaultValue()).contains("eu");
        assertThat(shop.fields("app").get(2).isSecret()).isTrue();
    }

    @Test
    void loginIsBuiltFromADefinition() {
        service.stubFor(post("/login").willReturn(okJson("{\"data\": {\"sid\": \"s1\"}, \"host\": \"h\"}")));
        AuthDefinition shop = definition("""
                "login": {"type": "login", "loginUrl": "%s/login", "loginHeaders": {"X-Tenant": "{{auth.region}}"},
                          "json": {"user": "{{auth.user}}", "password": "{{auth.key}}", "app": {"id": 7}},
                          "tokenPath": "/data/sid", "expiresPath": "/in", "expiresAs": "minutes", "lifetime": "PT1H",
                          "tokenFields": {"host": "/host"},
                          "use": {"headers": {"X-Session": "sid {{auth.token}}"}, "query": {"u": "{{auth.user}}"}}},
                "form": {"type": "login", "loginUrl": "%s/login", "tokenPath": "/data/sid",
                         "form": {"user": "{{auth.user}}", "password": "{{auth.key}}"}}""".formatted(service.baseUrl(), service.baseUrl()));
        AtomicReference<String> password = new AtomicReference<>("p1");
        send(shop, shop.choose("login").value("key", Secret.from(password::get)).build(), Request.get("/orders"));
        send(shop, shop.choose("form").value("key", "p2").build(), Request.get("/form"));

        service.verify(postRequestedFor(urlEqualTo("/login"))
                .withHeader("X-Tenant", equalTo("eu"))
                .withRequestBody(equalToJson("{\"user\": \"ann\", \"password\": \"p1\", \"app\": {\"id\": 7}}")));
        service.verify(postRequestedFor(urlEqualTo("/login")).withRequestBody(equalTo("user=ann&password=p2")));
        service.verify(getRequestedFor(urlEqualTo("/eu/v1/orders?u=ann")).withHeader("X-Session", equalTo("sid s1")));
        service.verify(getRequestedFor(urlEqualTo("/eu/v1/form")).withHeader("Authorization", equalTo("Bearer s1")));
    }

    @Test
    void signaturesAreBuiltFromADefinition() {
        AuthDefinition shop = definition("""
                "hmac": {"type": "hmac", "algorithm": "HmacSHA256", "key": "{{auth.key}}", "keyEncoding": "hex",
                         "template": "{{method}}{{path}}", "headers": {"X-Sign": "{{auth.user}}:{{signature}}"},
                         "query": {"t": "{{time}}"}},
                "digest": {"type": "digest", "user": "{{auth.user}}", "password": "{{auth.key}}"},
                "oauth1": {"type": "oauth1", "consumerKey": "{{auth.user}}", "consumerSecret": "{{auth.key}}"}""");
        send(shop, shop.choose("hmac").value("key", "00ff").build(), Request.get("/hmac"));
        send(shop, shop.choose("digest").value("key", "k").build(), Request.get("/digest"));
        send(shop, shop.choose("oauth1").value("key", "k").build(), Request.get("/oauth1"));
        service.verify(getRequestedFor(urlMatching("/eu/v1/hmac\\?t=\\d+"))
                .withHeader("X-Sign", matching("ann:[0-9a-f]{64}")));
        service.verify(getRequestedFor(urlEqualTo("/eu/v1/oauth1")).withHeader("Authorization", containing("OAuth ")));
    }

    @Test
    void secretParametersOfATokenRequestStaySecret() {
        service.stubFor(post("/token").willReturn(okJson("{\"access_token\": \"a1\"}")));
        AuthDefinition shop = definition("""
                "app": {"type": "oauth2-password", "tokenUrl": "%s/token", "user": "{{auth.user}}", "password": "{{auth.key}}",
                        "scopes": ["read:{{auth.region}}"], "tokenParameters": {"api_key": "{{auth.key}}", "plain": "{{auth.user}}"}}""".formatted(service.baseUrl()));
        send(shop, shop.choose("app").value("key", "k1").value("clientId", "id").build(), Request.get("/orders"));
        service.verify(postRequestedFor(urlEqualTo("/token"))
                .withRequestBody(containing("api_key=k1"))
                .withRequestBody(containing("plain=ann"))
                .withRequestBody(containing("password=k1"))
                .withRequestBody(containing("scope=read%3Aeu"))
                .withRequestBody(containing("client_id=id")));
    }

    @Test
    void discoveryFromTheServiceIsBuiltFromADefinition() {
        service.stubFor(any(urlEqualTo("/eu/v1"))
                .willReturn(aResponse()
                        .withStatus(401)
                        .withHeader("WWW-Authenticate", "Bearer resource_metadata=\"" + service.url("/meta") + "\"")));
        service.stubFor(any(urlEqualTo("/meta"))
                .willReturn(okJson("{\"resource\": \"" + service.baseUrl() + "/eu/v1\", \"authorization_servers\": [\""
                        + service.baseUrl() + "\"]}")));
        service.stubFor(any(urlEqualTo("/.well-known/oauth-authorization-server"))
                .willReturn(okJson("{\"issuer\": \""
                        + service.baseUrl()
                        + "\", \"authorization_endpoint\": \"https://login.example.com/a\", \"token_endpoint\": \""
                        + service.url("/token") + "\", \"registration_endpoint\": \"" + service.url("/register")
                        + "\"}")));
        service.stubFor(post("/register").willReturn(okJson("{\"client_id\": \"c-1\"}")));
        AuthDefinition shop = AuthDefinition.parse("""
                {"name": "Tools", "baseUrl": "%s/eu/v1", "strategies": {
                   "oauth2": {"type": "oauth2-authorization-code", "discover": true, "scopes": ["tools"]}}}""".formatted(service.baseUrl()));
        try (HttpConnection connection = HttpConnection.named(shop.name())
                .baseUrl(shop.baseUrl())
                .auth(shop.choose("oauth2")
                        .redirectUri("https://app.example.com/callback")
                        .build())
                .build()) {
            assertThat(AuthorizationCodeFlow.of(connection).start("s").toString())
                    .startsWith("https://login.example.com/a?")
                    .contains("client_id=c-1", "scope=tools");
        }
    }

    @Test
    void discoveryFromAnIssuerIsBuiltFromADefinition() {
        service.stubFor(any(urlEqualTo("/.well-known/oauth-authorization-server"))
                .willReturn(okJson("{\"issuer\": \"" + service.baseUrl() + "\", \"token_endpoint\": \""
                        + service.url("/token") + "\"}")));
        service.stubFor(post("/token").willReturn(okJson("{\"access_token\": \"a1\"}")));
        AuthDefinition shop = definition("""
                "app": {"type": "oauth2-client-credentials", "discover": "%s"},
                "rest": {"type": "basic", "user": "{{auth.user}}", "password": "{{auth.key}}"}""".formatted(service.baseUrl()));
        send(
                shop,
                shop.choose("app")
                        .value("clientId", "id")
                        .value("clientSecret", "s")
                        .build(),
                Request.get("/x"));
        service.verify(getRequestedFor(urlEqualTo("/eu/v1/x")).withHeader("Authorization", equalTo("Bearer a1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example.com/", "a@b", "a#", "a?b", "", "a b"})
    void valueCannotSendTheTokenRequestElsewhere(String region) {
        AuthDefinition shop = definition("""
                "app": {"type": "oauth2-client-credentials", "tokenUrl": "https://{{auth.region}}.example.com/token"},
                "rest": {"type": "basic", "user": "{{auth.user}}", "password": "{{auth.key}}"}""");
        assertThatThrownBy(() -> shop.choose("app")
                        .value("region", region)
                        .value("clientId", "id")
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("region: it is not valid in a host name");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | expected an object, found a list",
                "{} | /name: missing",
                "{\"name\": \"x\" | line 1",
                "{\"nam\": 1} | /nam: unknown member; did you mean",
                "{\"name\": \"x\", \"baseUrl\": \"https://x\", \"strategies\": {}} | /strategies: there is none",
                "{\"name\": \"x\", \"baseUrl\": \"https://x\", \"strategies\": {\"a\": {\"type\": \"basik\"}}} | /strategies/a/type: \"basik\" is unknown; did you mean \"basic\"?",
                "{\"name\": \"x\", \"baseUrl\": \"https://x\", \"strategies\": {\"a\": {\"type\": \"basic\", \"user\": \"{{auth.u}}\"}}} | /strategies/a/user: {{auth.u}} is not one of its fields",
                "{\"name\": \"x\", \"baseUrl\": \"https://x\", \"fields\": [{\"nam\": 1}], \"strategies\": {\"a\": {\"type\": \"none\"}}} | /fields/0/nam: unknown member; did you mean \"name\"?"
            })
    void invalidDocumentIsReportedWithItsLocation(String json, String why) {
        assertThatThrownBy(() -> AuthDefinition.parse(json))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"type\": \"basic\", \"user\": \"u\" | /password: missing",
                "\"type\": \"custom\", \"header\": {} | /header: unknown member; did you mean \"headers\"?",
                "\"type\": \"hmac\", \"algorithm\": \"x\", \"key\": \"{{auth.key}}\", \"template\": \"\" | /algorithm:",
                "\"type\": \"login\", \"loginUrl\": \"https://x\", \"lifetime\": \"1h\" | /lifetime:",
                "\"type\": \"login\", \"loginUrl\": \"https://{{auth.key}}\" | /loginUrl: {{auth.key}}: it is a secret",
                "\"type\": \"login\", \"loginUrl\": \"https://x\", \"use\": {\"header\": {}} | /use/header: unknown member",
                "\"type\": \"oauth2-client-credentials\", \"tokenUrl\": \"https://x\", \"tokenUri\": \"y\" | /tokenUri: unknown member; did you mean \"tokenUrl\"?",
                "\"type\": \"oauth2-client-credentials\" | /tokenUrl: missing",
                "\"type\": \"oauth2-client-credentials\", \"lifetime\": \"1h\" | /lifetime: \"1h\" is not an ISO 8601 duration",
                "\"type\": \"oauth2-client-credentials\", \"accessTokenPath\": \"a.b\" | /accessTokenPath: it is no JSON pointer",
                "\"type\": \"oauth2-client-credentials\", \"tokenFields\": {\"f\": \"a\"} | /tokenFields/f: it is no JSON pointer",
                "\"type\": \"oauth2-client-credentials\", \"tokenMethod\": \"HEAD\" | /tokenMethod: \"HEAD\" is unknown; use one of GET, POST, PUT",
                "\"type\": \"oauth2-client-credentials\", \"tokenHeaders\": {\"a b\": \"c\"} | /tokenHeaders/a b:",
                "\"type\": \"oauth2-client-credentials\", \"accessTokenHeader\": \"a b\" | /accessTokenHeader:",
                "\"type\": \"oauth2-device-code\", \"tokenUrl\": \"/x\" | /tokenUrl: it is not absolute"
            })
    void invalidStrategyIsReported(String described, String why) {
        assertThatThrownBy(() -> definition("\"a\": {" + described + "}"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/strategies/a" + why);
    }

    @Test
    void invalidValuesAreReported() {
        AuthDefinition shop = definition(
                "\"basic\": {\"type\": \"basic\", \"user\": \"{{auth.user}}\", \"password\": \"{{auth.key}}\"}");
        AuthMethod choice = shop.choose("basic").value("regoin", "eu").value("user", (String) null);
        assertThatThrownBy(choice::build)
                .hasMessageContaining("regoin: there is no such field: use one of [region, user, key]")
                .hasMessageContaining("user: it is null")
                .hasMessageContaining("there is no value for {{auth.key}}");
        assertThatThrownBy(() -> shop.choose("basic").value("key", "").build())
                .hasMessageContaining("there is no value for {{auth.key}}");
        assertThatThrownBy(() -> shop.choose("other")).hasMessageContaining("use one of [basic]");
        assertThatThrownBy(() -> AuthDefinition.preset("nobody")).hasMessageContaining("github");
        assertThat(shop.choose("basic").value("key", "canary").toString()).doesNotContain("canary");
    }
}
