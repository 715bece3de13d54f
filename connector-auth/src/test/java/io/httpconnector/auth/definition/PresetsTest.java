package io.httpconnector.auth.definition;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.TokenStore;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each preset, with its URLs replaced by those of a local mock server that responds as the provider does. */
class PresetsTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static final List<String> WANTED = List.of(
            "google",
            "microsoft",
            "github",
            "gitlab",
            "slack",
            "salesforce",
            "hubspot",
            "jira",
            "atlassian",
            "eventbrite",
            "shopify",
            "stripe",
            "zoom",
            "dropbox",
            "box",
            "xero",
            "quickbooks",
            "notion",
            "linear",
            "asana",
            "zendesk",
            "mailchimp",
            "docusign",
            "discord",
            "spotify",
            "linkedin",
            "facebook",
            "x",
            "twitch",
            "reddit",
            "airtable",
            "monday",
            "paypal",
            "square",
            "webex",
            "okta",
            "auth0",
            "keycloak",
            "amazon",
            "yahoo");

    private static final Secret PRIVATE_KEY = privateKey();

    private static Secret privateKey() {
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
            keys.initialize(2048);
            return Secret.of("-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder()
                            .encodeToString(keys.generateKeyPair().getPrivate().getEncoded())
                    + "\n-----END PRIVATE KEY-----\n");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void setUp() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
    }

    static Stream<Arguments> choices() {
        return AuthDefinition.presets().stream()
                .flatMap(id ->
                        AuthDefinition.preset(id).strategies().stream().map(strategy -> Arguments.of(id, strategy)));
    }

    private static JsonNode json(AuthDefinition definition) throws Exception {
        return new ObjectMapper().readTree(definition.toString());
    }

    /** Returns the preset for the mock server: the host of each URL becomes a part of its path. */
    private static AuthDefinition bent(AuthDefinition definition) {
        String bent =
                definition.toString().replaceAll("(Url\" : \")https://([^/\"]*)", "$1" + service.baseUrl() + "/$2");
        return AuthDefinition.parse(bent);
    }

    private static AuthMethod filled(AuthDefinition definition, String strategy) {
        AuthMethod choice = definition
                .choose(strategy)
                .redirectUri("https://app.example.com/callback")
                .tokenStore(TokenStore.inMemory(), "customer-1");
        for (InputField field : definition.fields(strategy)) {
            if (field.name().equals("privateKey")) {
                choice.value(field.name(), PRIVATE_KEY);
            } else if (field.isSecret()) {
                choice.value(field.name(), Secret.of("secret-" + field.name()));
            } else if (field.defaultValue().isEmpty()) {
                choice.value(field.name(), field.example().orElse("v" + field.name()));
            }
        }
        return choice;
    }

    private static HttpConnection connection(AuthDefinition definition, AuthStrategy auth) {
        return HttpConnection.named(definition.name())
                .baseUrl(definition.baseUrl())
                .auth(auth)
                .build();
    }

    @Test
    void wellKnownServicesHavePresets() {
        assertThat(AuthDefinition.presets()).containsAll(WANTED).hasSizeGreaterThan(40);
    }

    /** The services reject requests without these header fields, with every strategy. */
    @ParameterizedTest
    @CsvSource({
        "notion, oauth2, Notion-Version, 2022-06-28",
        "notion, token, Notion-Version, 2022-06-28",
        "twitch, oauth2, Client-Id, vclientId",
        "xero, oauth2, Xero-Tenant-Id, vtenantId"
    })
    void presetSendsTheHeadersThatItsServiceRequires(String id, String strategy, String header, String value) {
        service.stubFor(any(anyUrl()).willReturn(okJson("{\"access_token\": \"a-token\"}")));
        AuthDefinition bent = bent(AuthDefinition.preset(id));
        try (HttpConnection connection = connection(bent, filled(bent, strategy).build())) {
            if (strategy.equals("oauth2")) {
                AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
                flow.finish(
                        "code=c&state="
                                + parameters(flow.start("s").getRawQuery()).get("state"),
                        "s");
            }
            connection.send(Request.get("/probe"));
        }
        service.verify(anyRequestedFor(urlPathMatching(".*/probe")).withHeader(header, equalTo(value)));
    }

    @ParameterizedTest
    @MethodSource("choices")
    void presetIsComplete(String id, String strategy) throws Exception {
        AuthDefinition preset = AuthDefinition.preset(id);
        assertThat(json(preset).path("documentation").asText()).startsWith("https://");
        assertThat(preset.baseUrl()).startsWith(preset.baseUrl().startsWith("{{") ? "{{auth." : "https://");
        JsonNode test = json(preset).path("test");
        assertThat(test.isMissingNode() || test.asText().startsWith("/")).isTrue();
        assertThat(preset.fields(strategy)).extracting(InputField::label).doesNotHaveDuplicates();
        try (HttpConnection connection =
                connection(preset, filled(preset, strategy).build())) {
            assertThat(connection.toString()).doesNotContain("secret-");
        }
    }

    @ParameterizedTest
    @MethodSource("choices")
    void presetReportsMissingValues(String id, String strategy) {
        AuthDefinition preset = AuthDefinition.preset(id);
        InputField needed = preset.fields(strategy).stream()
                .filter(field -> field.defaultValue().isEmpty() && !field.isOptional())
                .filter(field -> !field.name().equals("clientSecret"))
                .findFirst()
                .orElseThrow();
        AuthMethod choice = preset.choose(strategy);
        preset.fields(strategy).stream()
                .filter(field -> !field.equals(needed) && !field.name().equals(needed.name()))
                .forEach(field -> choice.value(field.name(), "x"));
        assertThatThrownBy(choice::build)
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(needed.name());
    }

    @ParameterizedTest
    @MethodSource("choices")
    void presetSendsTheRequestsOfItsProvider(String id, String strategy) throws Exception {
        AuthDefinition preset = AuthDefinition.preset(id);
        JsonNode described = json(preset).path("strategies").path(strategy);
        String type = described.path("type").asText();
        String response =
                type.equals("login") ? "{\"id\": \"session-id\", \"token\": \"session-id\"}" : tokenResponse(described);
        service.stubFor(any(anyUrl()).willReturn(okJson(response)));
        AuthDefinition bent = bent(preset);
        try (HttpConnection connection = connection(bent, filled(bent, strategy).build())) {
            if (type.equals("oauth2-authorization-code")) {
                checkAuthorization(connection, described);
            }
            if (!type.equals("oauth2-device-code")) {
                connection.send(Request.get("/probe"));
                checkProbe(described);
            }
            if (type.startsWith("oauth2-") && !type.equals("oauth2-device-code")) {
                checkTokenRequest(described);
            }
        }
    }

    /** Returns a response with a token, and other values, in the locations of the preset. */
    private static String tokenResponse(JsonNode described) {
        Map<String, Object> response = new HashMap<>();
        put(response, described.path("accessTokenPath").asText("/access_token"), "a-token");
        described
                .path("tokenFields")
                .properties()
                .forEach(field -> put(
                        response,
                        field.getValue().asText(),
                        field.getKey().endsWith("_domain") || field.getKey().endsWith("_url")
                                ? service.baseUrl()
                                : "f"));
        return new ObjectMapper().valueToTree(response).toString();
    }

    @SuppressWarnings("unchecked")
    private static void put(Map<String, Object> json, String path, Object value) {
        String[] names = path.substring(1).split("/", -1);
        Map<String, Object> at = json;
        for (int i = 0; i < names.length - 1; i++) {
            at = (Map<String, Object>) at.computeIfAbsent(names[i], name -> new HashMap<String, Object>());
        }
        at.put(names[names.length - 1], value);
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : text.split("&", -1)) {
            String[] both = pair.split("=", 2);
            parameters.put(both[0], both.length == 1 ? "" : URLDecoder.decode(both[1], StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private static void checkAuthorization(HttpConnection connection, JsonNode described) {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        URI url = flow.start("s");
        Map<String, String> authorization = parameters(url.getRawQuery());
        assertThat(authorization)
                .containsEntry("response_type", "code")
                .containsEntry("client_id", "vclientId")
                .containsEntry("redirect_uri", "https://app.example.com/callback");
        described
                .path("authorizationParameters")
                .properties()
                .forEach(more -> assertThat(authorization)
                        .containsEntry(more.getKey(), more.getValue().asText()));
        assertThat(authorization.containsKey("code_challenge"))
                .isEqualTo(described.path("pkce").asBoolean(true));
        String separator = described.path("scopeSeparator").asText(" ");
        if (described.has("scopes")) {
            assertThat(authorization.get("scope").split(Pattern.quote(separator), -1))
                    .hasSize(described.path("scopes").size());
        }
        flow.finish("code=c&realmId=77&state=" + authorization.get("state"), "s");
    }

    private static void checkTokenRequest(JsonNode described) throws Exception {
        String path = described
                .path("tokenUrl")
                .asText()
                .replaceFirst("https://[^/]*", "")
                .replaceAll("\\{\\{auth\\.\\w+}}", "[^/]+");
        LoggedRequest request = service.findAll(anyRequestedFor(urlPathMatching(".*" + path))).stream()
                .filter(one -> !one.getUrl().contains("/probe"))
                .reduce((a, b) -> b)
                .orElseThrow();
        assertThat(request.getMethod().getName())
                .isEqualTo(described.path("tokenMethod").asText("POST"));
        Map<String, String> sent = new HashMap<>();
        if (described.path("tokenRequest").asText().equals("json")) {
            assertThat(request.getHeader("Content-Type")).startsWith("application/json");
            new ObjectMapper()
                    .readTree(request.getBody())
                    .properties()
                    .forEach(field -> sent.put(field.getKey(), field.getValue().asText()));
        } else if (request.getMethod().getName().equals("GET")) {
            sent.putAll(parameters(URI.create(request.getUrl()).getRawQuery()));
        } else {
            assertThat(request.getHeader("Content-Type")).startsWith("application/x-www-form-urlencoded");
            sent.putAll(parameters(request.getBodyAsString()));
        }
        assertThat(sent).containsKey("grant_type");
        if (described.path("clientAuthentication").asText("basic").equals("basic")) {
            assertThat(request.getHeader("Authorization")).startsWith("Basic ");
            assertThat(sent).doesNotContainKey("client_secret");
        } else {
            assertThat(request.getHeader("Authorization")).isNull();
            assertThat(sent)
                    .containsEntry("client_id", "vclientId")
                    .containsEntry("client_secret", "secret-clientSecret");
        }
    }

    private static void checkProbe(JsonNode described) {
        LoggedRequest probe = service.getAllServeEvents().stream()
                .map(event -> event.getRequest())
                .filter(request -> request.getUrl().contains("/probe"))
                .findFirst()
                .orElseThrow();
        String type = described.path("type").asText();
        if (!type.equals("custom") && !type.equals("hmac")) {
            described
                    .path("headers")
                    .properties()
                    .forEach(header -> assertThat(probe.getHeader(header.getKey()))
                            .isEqualTo(header.getValue().asText().replaceAll("\\{\\{auth\\.(\\w+)}}", "v$1")));
        }
        if (type.startsWith("oauth2-")) {
            String header = described.path("accessTokenHeader").asText("Authorization");
            assertThat(probe.getHeader(header))
                    .isEqualTo(described.path("tokenPrefix").asText("Bearer ") + "a-token");
        } else if (type.equals("custom")) {
            described
                    .path("headers")
                    .properties()
                    .forEach(header -> assertThat(probe.getHeader(header.getKey()))
                            .isEqualTo(header.getValue().asText().replaceAll("\\{\\{auth\\.(\\w+)}}", "secret-$1")));
        } else if (type.equals("basic")) {
            assertThat(probe.getHeader("Authorization")).startsWith("Basic ");
        } else if (type.equals("hmac")) {
            assertThat(probe.getHeader("Authorization")).startsWith("EG1-HMAC-SHA256 client_token=vclientToken;");
        } else if (type.equals("oauth1")) {
            assertThat(probe.getHeader("Authorization")).startsWith("OAuth ");
        } else if (type.equals("aws")) {
            assertThat(probe.getHeader("Authorization")).startsWith("AWS4-HMAC-SHA256 Credential=vaccessKeyId/");
        } else {
            assertThat(type).isEqualTo("login");
            boolean isBearer = !described.has("use");
            assertThat(probe.getHeader(isBearer ? "Authorization" : "X-Metabase-Session"))
                    .isEqualTo((isBearer ? "Bearer " : "") + "session-id");
        }
    }
}
