package io.httpconnector.definition.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the import of providers of Nango. */
@SuppressWarnings("try") // A connector is closed within the test.
class NangoImportTest {

    private static final List<ImportedConnector> ALL = ConnectorImporter.nango(text());

    private static String text() {
        try (InputStream file = NangoImportTest.class.getResourceAsStream("providers.yaml")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ImportedConnector imported(String id) {
        return ALL.stream()
                .filter(connector -> connector.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Connects with a service in place of all URLs of a connector; its requests have the original host as the first segment. */
    private static Connector connect(
            MockService service, String id, Map<String, String> values, Map<String, String> secrets) {
        ObjectNode document = imported(id).document();
        document.withObject("/requests/get").put("method", "GET").put("url", "/get");
        String json = document.toString().replace("https://", service.baseUrl() + "/");
        Map<String, Secret> all = new HashMap<>();
        secrets.forEach((name, value) -> all.put(name, Secret.of(value)));
        return ConnectorDefinition.parse(json)
                .connect(ConnectorContext.forTenant("t")
                        .values(values)
                        .secrets(SecretSource.of(all))
                        .build());
    }

    private static void respond(MockService service, String json) {
        for (String path : List.of(
                "/corner.bakery.example.com/v1/get",
                "/bakery.example.com/get",
                "/own.example.com/get",
                "/choice.example.com/get",
                "/farm.example.com/get",
                "/gate.example.com/get",
                "/stamp.example.com/get")) {
            service.on("GET", path, MockResponse.json("{}"));
        }
        for (String path : List.of("/farm.example.com/token", "/gate.example.com/start", "/gate.example.com/finish")) {
            service.on("POST", path, MockResponse.json(json));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bakery",
                "bakery-basic",
                "choice",
                "mill",
                "farm",
                "gate",
                "stamp",
                "signer",
                "vault",
                "flake",
                "lounge",
                "line"
            })
    void providerIsImportedWithoutNotes(String id) {
        assertThat(imported(id).notes()).isEmpty();
        assertThat(imported(id).definition().toJson())
                .isEqualTo(ConnectorDefinition.of(imported(id).document(), ConnectorComponents.none())
                        .toJson());
    }

    @Test
    @Timeout(60)
    void catalogueOfThousandProviders() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            text.append("p").append(i).append(":\n  display_name: P").append(i).append("\n  auth_mode: API_KEY\n");
            text.append("  proxy:\n    base_url: https://p").append(i).append(".example.com\n    headers:\n");
            for (int header = 0; header < 10; header++) {
                text.append("      x-").append(header).append(": ${apiKey}\n");
            }
        }

        assertThat(ConnectorImporter.nango(text.toString())).hasSize(1000);
    }

    @Test
    void apiKeyIsSentInHeadersAndQuery() {
        try (MockService service = MockService.start();
                Connector bakery = connect(service, "bakery", Map.of("shop", "corner"), Map.of("apiKey", "af"))) {
            respond(service, "{}");

            bakery.request("get").send("x", Map.of());

            assertThat(service.requests()).singleElement().satisfies(request -> {
                assertThat(request.uri().getPath()).isEqualTo("/corner.bakery.example.com/v1/get");
                assertThat(request.uri().getQuery()).isEqualTo("token=k-af");
                assertThat(request.header("x-key")).contains("af");
                assertThat(request.header("x-shop")).contains("corner");
                assertThat(request.header("x-note")).isEmpty();
                assertThat(request.header("accept")).contains("application/vnd.bakery+json");
                // The SHA-256 of YWY6Y29ybmVy, which is the Base64 of af:corner.
                assertThat(request.header("x-check"))
                        .contains("b9de3189909c1dbdb8bf972482bcf4721cb3f35ced076b454cde95bdbc77ea56");
            });
        }
    }

    @Test
    void connectionIsTestedByTheVerification() {
        try (MockService service = MockService.start();
                Connector bakery = connect(service, "bakery", Map.of("shop", "corner"), Map.of("apiKey", "af"))) {
            service.on("POST", "/corner.bakery.example.com/v1/ping2", MockResponse.json("{}"));

            assertThat(bakery.connection().test().ok()).isTrue();

            assertThat(service.requests()).last().satisfies(request -> {
                assertThat(request.method()).isEqualTo("POST");
                assertThat(request.uri().getQuery()).contains("key=af");
                assertThat(request.body()).isEqualTo("{\"text\":\"hello {{there}}\",\"shop\":\"corner\"}");
            });
        }
    }

    @Test
    void formHasTheFieldsThatAreUsed() {
        assertThat(imported("bakery").definition().inputs("api-key"))
                .extracting(InputField::name)
                .containsExactly("shop", "note", "apiKey");
        JsonNode inputs = imported("bakery").document().path("inputs");
        assertThat(inputs.get(0)).isEqualTo(json("""
                {"name": "shop", "label": "Shop", "hint": "The shop", "pattern": "[a-z]+", "prefix": "https://",
                 "suffix": ".bakery.example.com", "example": "corner"}"""));
        assertThat(inputs.get(1).path("optional").asBoolean()).isTrue();
        assertThat(inputs.get(2).path("secret").asBoolean()).isTrue();
        assertThat("x af [&& y").matches(inputs.get(2).path("pattern").asText());
        assertThat(imported("bakery").ignored())
                .extracting(ImportNote::pointer)
                .contains("/bakery/connection_config/unused", "/bakery/categories");
    }

    @Test
    void retriesAndPagesAreImported() {
        ObjectNode bakery = imported("bakery").document();

        assertThat(bakery.at("/connection/retry")).isEqualTo(json("{\"delayHeader\": [{\"name\": \"x-oven-free\"}]}"));
        assertThat(bakery.at("/connection/rules")).isEqualTo(json("""
                [{"status": {"from": 400, "to": 499}, "treatAs": "RATE_LIMITED", "conditions": [{"header": "x-left", "value": "0"}]},
                 {"status": 418, "treatAs": "RETRY"}]"""));
        assertThat(bakery.path("defaults")).isEqualTo(json("""
                {"pagination": {"cursor": {"query": "after"}, "token": "/meta/next/0"}, "records": {"path": "/loaves"}}"""));
        assertThat(imported("mill").document().at("/defaults/pagination"))
                .isEqualTo(json("{\"offset\": {\"query\": \"skip\"}, \"first\": 5}"));
    }

    @Test
    void aliasHasTheMembersOfItsProvider() {
        try (MockService service = MockService.start();
                Connector bakery = connect(service, "bakery-basic", Map.of("username", "u"), Map.of("password", "p"))) {
            respond(service, "{}");
            bakery.request("get").send("x", Map.of());

            assertThat(service.requests()).singleElement().satisfies(request -> {
                assertThat(request.header("Authorization")).contains("Basic dTpw");
                assertThat(request.uri().getPath()).isEqualTo("/bakery.example.com/get");
            });
        }
        assertThat(imported("bakery-basic").definition().title()).isEqualTo("Bakery (Basic)");
        assertThat(imported("bakery-basic").definition().documentation()).isEqualTo("https://bakery.example.com/docs");
    }

    @Test
    void alternativeOfBaseUrlIsUsedWithoutItsField() {
        for (Map<String, String> values : List.of(Map.of("host", "own.example.com"), Map.<String, String>of())) {
            try (MockService service = MockService.start();
                    Connector choice = connect(service, "choice", values, Map.of("apiKey", "k"))) {
                respond(service, "{}");
                choice.request("get").send("x", Map.of());

                assertThat(service.requests()).singleElement().satisfies(request -> {
                    assertThat(request.uri().getPath())
                            .isEqualTo("/" + values.getOrDefault("host", "choice.example.com") + "/get");
                    assertThat(request.header("Authorization")).contains("Basic azo=");
                });
            }
        }
    }

    @Test
    void oauth2HasTheParametersOfTheProvider() {
        assertThat(imported("mill").document().at("/auth/oauth2")).isEqualTo(json("""
                {"type": "oauth2-authorization-code", "callbackFields": ["region"], "tokenFields": {"api_url": "/api/url"},
                 "authorizationUrl": "https://mill.example.com/authorize", "nonce": true,
                 "authorizationParameters": {"prompt": "consent"}, "authorizationParameterNames": {"client_id": "clientKey"},
                 "scopes": ["{{auth.scopes}}"], "scopeSeparator": ",", "tokenUrl": "https://mill.example.com/token",
                 "tokenParameters": {"audience": "flour"}, "refreshParameters": {"kind": "fresh"}, "pkce": false,
                 "tokenPrefix": "Mill "}"""));
        assertThat(imported("mill").document().at("/connection/baseUrl").asText())
                .isEqualTo("{{auth.api_url}}/{{auth.region}}");
    }

    @Test
    void clientCredentialsAreRequestedAsTheProviderExpects() {
        try (MockService service = MockService.start();
                Connector farm = connect(service, "farm", Map.of("clientId", "id"), Map.of("clientSecret", "s"))) {
            respond(service, "{\"access_token\": \"t\", \"expires_in\": 3600}");
            farm.request("get").send("x", Map.of());

            assertThat(service.requests().get(0).body())
                    .contains("\"username\":\"id\"", "\"password\":\"s\"", "\"scope\":\"all\"");
            assertThat(service.requests().get(1).header("Authorization")).contains("Bearer t");
            assertThat(service.requests().get(1).header("x-token")).contains("t");
        }
    }

    @Test
    void loginHasSeveralSteps() {
        try (MockService service = MockService.start();
                Connector gate =
                        connect(service, "gate", Map.of("username", "u"), Map.of("password", "p", "apiKey", "k"))) {
            respond(service, """
                    {"first": "f", "data": {"proof": "pr"}, "result": {"token": "t", "until": 99999999999}}""");
            gate.request("get").send("x", Map.of());

            assertThat(service.requests()).hasSize(3);
            assertThat(service.requests().get(0).uri().getQuery()).isEqualTo("org=k");
            assertThat(service.requests().get(0).body())
                    .isEqualTo("{\"user\":\"u\",\"deep\":{\"password\":\"p\",\"number\":7}}");
            assertThat(service.requests().get(0).header("x-date").orElseThrow()).matches("\\d{4}-\\d\\d-\\d\\d");
            assertThat(service.requests().get(1).body()).isEqualTo("{\"proof\":\"pr\"}");
            assertThat(service.requests().get(1).header("Authorization")).contains("Bearer f");
            assertThat(service.requests().get(2).header("x-session")).contains("t");
            assertThat(service.requests().get(2).header("Authorization")).isEmpty();
        }
    }

    @Test
    void tokenIsSignedForEachRequest() {
        try (MockService service = MockService.start();
                Connector stamp = connect(
                        service, "stamp", Map.of("keyId", "7", "team", "a"), Map.of("privateKey", "k".repeat(32)))) {
            respond(service, "{}");
            stamp.connection().send(Request.get("/get"));

            assertThat(service.requests().get(0).header("Authorization").orElseThrow())
                    .startsWith("Stamp ey");
        }
    }

    @Test
    void signatureBecomesAnHmac() {
        JsonNode signer = imported("signer").document();
        assertThat(signer.at("/auth/basic")).isEqualTo(json("""
                {"type": "hmac", "algorithm": "HmacSHA1", "computed": {"computed1": "{{auth.username}}:{{signature}}"},
                 "key": "{{auth.password}}",
                 "template": "{{timeIso | date(\\"EEE, dd MMM yyyy HH:mm:ss xx\\", 'UTC')}}\\n{{method}}\\n{{host}}\\n{{path}}\\n{{query}}",
                 "headers": {"Authorization": "Basic {{auth.computed1 | base64}}",
                             "date": "{{timeIso | date(\\"EEE, dd MMM yyyy HH:mm:ss xx\\", 'UTC')}}"}}"""));
        assertThat(signer.path("inputs").toString()).doesNotContain("never-shown");
        assertThat(imported("signer").ignored())
                .extracting(ImportNote::pointer)
                .contains("/signer/credentials/password/example");
    }

    @Test
    void signatureByAnEd25519Key() throws GeneralSecurityException {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----\n";
        assertThat(imported("message-signer").notes()).isEmpty();
        assertThat(imported("message-signer").document().at("/connection/retry/delayField"))
                .isEqualTo(
                        json(
                                "[{\"pointer\": \"/error/message\", \"pattern\": \"Limit exceeded\\\\. +Try again at (.+)\"}]"));
        assertThat(imported("message-signer")
                        .document()
                        .at("/connection/rules/0/conditions/0/text")
                        .asText())
                .isEqualTo("Limit exceeded");
        try (MockService service = MockService.start();
                Connector signer =
                        connect(service, "message-signer", Map.of("username", "k1"), Map.of("password", pem))) {
            service.on("POST", "/message.example.com/get", MockResponse.json("{}"));
            signer.connection().send(Request.post("/get").json(Map.of("id", 1)));

            MockService.RecordedRequest sent = service.requests().get(0);
            String digest = "sha-256=:"
                    + Base64.getEncoder()
                            .encodeToString(MessageDigest.getInstance("SHA-256")
                                    .digest(sent.body().getBytes(StandardCharsets.UTF_8)))
                    + ":";
            assertThat(sent.header("Content-Digest")).contains(digest);
            assertThat(sent.header("Authorization")).contains("Signature keyid=\"k1\"");
            String parameters = sent.header("Signature-Input").orElseThrow().substring("sig=".length());
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(pair.getPublic());
            signature.update(
                    ("\"@method\": POST\n\"content-digest\": " + digest + "\n\"@signature-params\": " + parameters)
                            .getBytes(StandardCharsets.UTF_8));
            String sig = sent.header("Signature").orElseThrow();
            assertThat(signature.verify(Base64.getDecoder().decode(sig.substring(5, sig.length() - 1))))
                    .isTrue();
        }
    }

    @Test
    void keysAreNotConverted() {
        assertThat(imported("vault").document().at("/auth/client-credentials/clientKey"))
                .isEqualTo(json("{\"algorithm\": \"RS256\", \"key\": \"{{auth.client_private_key}}\"}"));
        assertThat(imported("flake").document().at("/auth/jwt/claims/iss").asText())
                .isEqualTo("{{auth.account}}.SHA256:{{auth.keyFingerprint}}");
    }

    @Test
    void cookiesOfALoginAreKept() {
        JsonNode lounge = imported("lounge").document();
        assertThat(lounge.at("/auth/login/keepCookies").asBoolean()).isTrue();
        assertThat(lounge.at("/auth/login/use").isMissingNode()).isTrue();
        assertThat(lounge.at("/connection/test").asText()).isEqualTo("https://lounge.example.com/ping");
        assertThat(imported("line")
                        .document()
                        .at("/auth/oauth2/authorizationParameterNames/state")
                        .asText())
                .isEqualTo("customField");
        assertThat(imported("line")
                        .document()
                        .at("/auth/oauth2/headers/x-version")
                        .asText())
                .isEqualTo("{{auth.version | default('2025-05-05')}}");
        assertThat(imported("line").document().path("inputs"))
                .contains(json("{\"name\": \"version\", \"label\": \"Version\", \"optional\": true}"));
    }

    @Test
    void everythingWithoutCounterpartIsListedWithItsPlace() {
        assertThat(imported("odd").notes())
                .extracting(ImportNote::pointer)
                .contains(
                        "/odd/auth_mode",
                        "/odd/strange_member",
                        "/odd/proxy/headers/x-sign",
                        "/odd/proxy/retry/in_body");
        assertThat(imported("odd").notes())
                .allSatisfy(note -> assertThat(note.line()).isBetween(110, 120));
        assertThat(imported("odd").notes().get(0))
                .hasToString("/odd/auth_mode (line 110): there is no counterpart of the auth mode \"TELEPATHY\"");
        assertThat(imported("orphan").notes())
                .anySatisfy(note -> assertThat(note.reason()).contains("there is no provider \"nobody\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "text", "a: 1", "a: {b: 1}", "{"})
    void textWithoutProvidersIsRejected(String text) {
        assertThatThrownBy(() -> ConnectorImporter.nango(text)).isInstanceOf(InvalidDefinitionException.class);
    }

    private static JsonNode json(String text) {
        try {
            return new com.fasterxml.jackson.databind.ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
