package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole definition is validated when it is parsed, and no part of it is dropped or altered. */
class DefinitionChecksTest {

    private static AuthDefinition definition(String members) {
        return AuthDefinition.parse("""
                {"name": "Shop", "baseUrl": "https://shop.example.com",
                 "fields": [{"name": "u", "default": "ann"}, {"name": "k", "secret": true}, {"name": "o", "optional": true}],
                 "strategies": {"a": {%s}, "rest": {"type": "custom",
                                "query": {"u": "{{auth.u}}", "k": "{{auth.k}}", "o": "{{auth.o}}"}}}}""".formatted(members.replace('\'', '"')));
    }

    private static Request applied(String members) {
        return applied(members, "ann", "k1");
    }

    private static Request applied(String members, String user, String key) {
        AuthStrategy auth = definition(members)
                .choose("a")
                .value("u", user)
                .value("k", Secret.of(key))
                .build();
        return auth.apply(Request.post("https://shop.example.com/x"));
    }

    private static final String LOGIN = "'type': 'login', 'loginUrl': 'https://x/login'";

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "\"type\": \"login\" # /loginUrl: missing",
                "\"type\": \"login\", \"loginUrl\": \"\" # /loginUrl: it is empty",
                "\"type\": \"login\", \"loginUrl\": \"x y\" # /loginUrl: ",
                "\"type\": \"custom\", \"headers\": [\"a\"] # /headers: expected an object, found a list",
                "\"type\": \"custom\", \"headers\": {\"X-A\": null} # /headers/X-A: expected a string, found null",
                "\"type\": \"custom\", \"headers\": {\"X-A\": 1} # /headers/X-A: expected a string, found an integer",
                "\"type\": \"custom\", \"headers\": {\"X-A\": \"1\", \"x-a\": \"2\"} # /headers/x-a: it is the same header as X-A",
                "\"type\": \"custom\", \"headers\": {\"a b\": \"{{auth.u}}\"} # /headers/a b: ",
                "\"type\": \"custom\", \"headers\": {\"X\": \"\u00e9\"} # /headers/X: ",
                "\"type\": \"custom\", \"query\": \"k=1\" # /query: expected an object, found a string",
                "\"type\": \"custom\", \"bodyFields\": [1] # /bodyFields: expected an object, found a list",
                "\"type\": \"custom\", \"headers\": {\"X\": \"{{k}}\"} # /headers/X: {{k}} is not one of its fields",
                "\"type\": \"custom\", \"headers\": {\"X\": \"{{k}}\"} # did you mean {{auth.k}}?",
                "\"type\": \"custom\", \"headers\": {\"X\": \"{{auth.u | bas64}}\"} # did you mean \"base64\"?",
                "\"type\": \"custom\", \"headers\": {\"X\": \"{{auth.u\"} # /headers/X: \"{{\" is not closed",
                "\"type\": \"custom\", \"headers\": {\"X\": \"{{}}\"} # /headers/X: {{}}: the pill is empty",
                "\"type\": \"custom\", \"headers\": {\"X\": \"{{auth.u[0]}}\"} # /headers/X: ",
                "\"type\": \"custom\", \"bodyFields\": {\"a\": {\"b\": [\"{{auth.z}}\"]}} # /bodyFields/a/b/0: {{auth.z}} is not one",
                "\"type\": \"custom\", \"bodyFields\": {\"a\": {\"{{auth.u}}\": 1}} # /bodyFields/a/{{auth.u}}: a name",
                "\"type\": \"oauth1\", \"consumerKey\": \"c\", \"consumerSecret\": \"s\", \"signature\": \"SHA1\" # /signature: \"SHA1\" is unknown",
                "\"type\": \"oauth1\", \"consumerKey\": \"c\", \"consumerSecret\": \"s\", \"token\": \"t\" # /tokenSecret: missing",
                "\"type\": \"jwt\", \"algorithm\": \"HS256\", \"key\": \"k\", \"claims\": [1] # /claims: expected an object",
                "\"type\": \"jwt\", \"algorithm\": \"HS256\", \"key\": \"k\", \"claims\": {\"a\": [\"{{auth.k}}\"]} # /claims/a/0: {{auth.k}}: it is a secret",
                "\"type\": \"jwt\", \"algorithm\": \"none\", \"key\": \"k\" # /algorithm: \"none\" is unknown",
                "\"type\": \"oauth2-client-credentials\", \"tokenUrl\": \"https://x\", \"scopes\": 1 # /scopes: expected a list",
                "\"type\": \"oauth2-client-credentials\", \"tokenUrl\": \"https://x\", \"scopes\": [\"a\", 1] # /scopes/1: expected a string",
                "\"type\": \"oauth2-client-credentials\", \"tokenUrl\": \"https://x\", \"pkce\": \"no\" # /pkce: expected true or false",
                "\"type\": \"oauth2-client-credentials\", \"tokenUrl\": \"https://x\", \"headers\": {\"authorization\": \"x\"} # /headers/authorization: the strategy sets this header itself",
                "\"type\": \"oauth2-client-credentials\", \"tokenUrl\": \"https://x\", \"clientAuthentication\": \"basci\" # did you mean",
                "\"type\": \"basic\", \"user\": \"a\", \"password\": \"b\", \"headers\": {\"Authorization\": \"x\"} # /headers/Authorization: the strategy"
            })
    void malformedMemberIsReportedWithItsPointer(String members, String problem) {
        assertThatThrownBy(() -> definition(members))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/strategies/a/")
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'json': {}, 'form': {'a': 'b'} | json and form exclude each other",
                "'tokenPath': '/a', 'tokenHeader': 'X' | tokenPath and tokenHeader exclude each other",
                "'tokenPath': 'a' | /tokenPath: it is no JSON pointer",
                "'expiresAs': 'seconds' | /expiresAs: it requires expiresPath",
                "'expiresPath': '/x', 'expiresAs': 'second' | did you mean \"seconds\"?",
                "'json': {'a': [{'b': '{{auth.z}}'}]} | /json/a/0/b: {{auth.z}} is not one",
                "'use': {'headers': {'X': '{{auth.tokn}}'}} | did you mean {{auth.token}}?",
                "'use': [] | /use: expected an object",
                "'method': 'po st' | /method: "
            },
            quoteCharacter = '`')
    void malformedLoginIsReported(String members, String problem) {
        assertThatThrownBy(() -> definition(LOGIN + ", " + members))
                .hasMessageContaining("/strategies/a")
                .hasMessageContaining(problem);
    }

    @Test
    void fieldThatNothingUsesIsRefused() {
        assertThatThrownBy(() -> AuthDefinition.parse("""
                {"name": "S", "baseUrl": "https://{{auth.shop}}.example.com",
                 "fields": [{"name": "shop"}, {"name": "both", "label": "B"}, {"name": "idle"}],
                 "strategies": {
                   "a/b": {"type": "custom", "headers": {"X": "{{auth.both}}"}, "fields": [{"name": "k", "secret": true}]},
                   "o": {"type": "oauth2-client-credentials", "tokenUrl": "https://x.example/t",
                         "fields": [{"name": "clientId", "label": "Key"}]}}}"""))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "/strategies/a~1b/fields/0: the field \"k\" is not used: write {{auth.k}} where"
                                                + " its value is needed, or remove it",
                                        "/fields/2: the field \"idle\" is not used: write {{auth.idle}} where its value"
                                                + " is needed, or remove it"));
    }

    @Test
    void fieldThatTheTokenReplacesIsRefused() {
        assertThatThrownBy(() -> AuthDefinition.parse("""
                {"name": "S", "baseUrl": "https://x.example",
                 "strategies": {"a": {"type": "login", "loginUrl": "/login", "fields": [{"name": "token"}],
                                      "use": {"headers": {"X": "{{auth.token}}"}}}}}"""))
                .hasMessageContaining("/strategies/a/fields/0: the field \"token\" is not used");
    }

    @Test
    void blankTextsForUsersAreRefused() {
        assertThatThrownBy(() -> AuthDefinition.parse("""
                {"name": "", "documentation": " ", "baseUrl": "https://x.example",
                 "strategies": {"a": {"type": "custom", "query": {"k": "{{auth.k}}"},
                                      "fields": [{"name": "k", "label": "", "hint": " "}]}}}"""))
                .hasMessageContaining("/name: it is empty")
                .hasMessageContaining("/documentation: it is empty")
                .hasMessageContaining("/strategies/a/fields/0/label: it is empty")
                .hasMessageContaining("/strategies/a/fields/0/hint: it is empty");
    }

    @Test
    void allProblemsAreReportedTogether() {
        assertThatThrownBy(() -> AuthDefinition.parse("""
                {"baseUrl": 1, "fields": [{"name": "u"}, {"name": "u"}, 7], "strategies": {
                  "a": {"type": "login", "json": {}, "form": {}},
                  "b": {"type": "bassic"},
                  "c": {"headers": [], "typ": 1}}, "more": 1}"""))
                .hasMessageContaining("/name: missing")
                .hasMessageContaining("/baseUrl: expected a string, found an integer")
                .hasMessageContaining("/fields/1/name: there is another field with this name")
                .hasMessageContaining("/fields/2: expected an object, found an integer")
                .hasMessageContaining("/strategies/a/loginUrl: missing")
                .hasMessageContaining("/strategies/a: json and form exclude each other")
                .hasMessageContaining("/strategies/b/type: \"bassic\" is unknown; did you mean \"basic\"?")
                .hasMessageContaining("/strategies/c/type: missing")
                .hasMessageContaining("/strategies/c/typ: unknown member; did you mean \"type\"?")
                .hasMessageContaining("/more: unknown member");
        assertThatThrownBy(() -> AuthDefinition.parse(null)).hasMessageContaining("it is null");
        assertThatThrownBy(() -> AuthDefinition.parse("{\"name\": \"a\", \"name\": \"b\"}"))
                .hasMessageContaining("/name: it appears twice, again in line 1, column 15: remove one of them");
        assertThatThrownBy(() -> AuthDefinition.parse(
                        "{\"name\": \"a\", \"strategies\": {\"a\": {\"type\": \"none\", \"type\": \"basic\"}}}"))
                .hasMessageContaining("/strategies/a/type: it appears twice");
        assertThatThrownBy(() -> AuthDefinition.parse("{} {}")).isInstanceOf(InvalidDefinitionException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "https://{{auth.x}}.example.com # {{auth.x}} is not a field",
                "https://{{auth.k}}.example.com # {{auth.k}}: it is a secret",
                "https://{{auth.u | lowr}}.example.com # lowr",
                "/v1 # it is not absolute",
                "htt,s://example.com # it is not absolute"
            })
    void baseUrlIsChecked(String url, String problem) {
        assertThatThrownBy(() -> AuthDefinition.parse("""
                {"name": "Shop", "baseUrl": "%s", "fields": [{"name": "u"}, {"name": "k", "secret": true}],
                 "strategies": {"a": {"type": "none"}}}""".formatted(url)))
                .hasMessageContaining("/baseUrl: ")
                .hasMessageContaining(problem);
    }

    @Test
    void claimsKeepTheirTypes() {
        Request request = applied(
                "'type': 'jwt', 'algorithm': 'HS256', 'key': '{{auth.k}}', 'claims': {'aud': ['a', '{{auth.u}}'],"
                        + " 'n': 7, 'b': false, 'o': {'x': [1.5, null]}, 'opt': '{{auth.o}}', 'up': '{{auth.u | upper}}'}");
        String payload = request.header("Authorization").orElseThrow().split("\\.", -1)[1];
        assertThat(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8))
                .contains("\"aud\":[\"a\",\"ann\"],\"n\":7,\"b\":false,\"o\":{\"x\":[1.5,null]},\"up\":\"ANN\"}")
                .doesNotContain("opt");
    }

    @Test
    void bodyFieldsKeepTheirTypes() {
        Request request = applied("'type': 'custom', 'bodyFields': {'auth': {'key': '{{auth.k}}', 'n': [1]}, 'v': 2}");
        assertThat(body(request)).isEqualTo("{\"auth\":{\"key\":\"k1\",\"n\":[1]},\"v\":2}");
        assertThat(body(applied("'type': 'custom', 'bodyFields': {'v': 2, 'k': '{{auth.k}}'}")))
                .isEqualTo("v=2&k=k1");
    }

    private static String body(Request request) {
        return new String(request.body().orElseThrow().toBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void filtersWorkAndSecretsStaySecret() {
        Request request = applied(
                "'type': 'custom', 'headers': {'X-A': '{{auth.u | base64}}', 'X-B': 'b {{auth.k | base64}}', 'X-C': '{{auth.o}}',"
                        + " 'X-D': '{{auth.o | default(\\'d\\')}}', 'X-E': '{{ \\'{{\\' }}'}, 'query': {'o': '{{auth.o}}'}",
                "ann",
                "secret-key");
        assertThat(request.header("X-A")).contains("YW5u");
        assertThat(request.header("X-B")).contains("b c2VjcmV0LWtleQ==");
        assertThat(request.header("X-C")).isEmpty();
        assertThat(request.header("X-D")).contains("d");
        assertThat(request.header("X-E")).contains("{{");
        assertThat(request.uri().getQuery()).isNull();
        assertThat(request.preview().toString()).doesNotContain("secret-key", "c2VjcmV0LWtleQ");
    }

    @ParameterizedTest
    @CsvSource({"{{method}}", "{{auth.k}}", "{{signature}}", "a{{b", "}}"})
    void valueIsNeverParsedAsATemplate(String value) {
        Request custom = applied("'type': 'custom', 'headers': {'X': '{{auth.u}}', 'Y': '{{auth.k}}'}", value, value);
        assertThat(custom.header("X")).contains(value);
        assertThat(custom.header("Y")).contains(value);
        Request hmac = applied(
                "'type': 'hmac', 'algorithm': 'HmacSHA256', 'key': '{{auth.k}}', 'template': '{{auth.u}}', 'headers': {'X': '{{auth.u}}',"
                        + " 'Y': '{{auth.k}} {{signature}}'}",
                value,
                value);
        assertThat(hmac.header("X")).contains(value);
        assertThat(hmac.header("Y").orElseThrow()).matches(java.util.regex.Pattern.quote(value) + " [0-9a-f]{64}");
    }

    @Test
    void optionalFieldMayBeLeftEmpty() {
        AuthDefinition definition = definition("'type': 'custom', 'headers': {'X': '{{auth.o}}', 'Y': '{{auth.u}}'}");
        assertThat(definition.fields("a").get(2).isOptional()).isTrue();
        for (String empty : new String[] {"", null}) {
            AuthMethod choice = definition.choose("a").value("k", "x");
            if (empty != null) {
                choice.value("o", empty);
            }
            Request request = choice.build().apply(Request.get("https://shop.example.com/"));
            assertThat(request.header("X")).isEmpty();
            assertThat(request.header("Y")).contains("ann");
        }
    }
}
