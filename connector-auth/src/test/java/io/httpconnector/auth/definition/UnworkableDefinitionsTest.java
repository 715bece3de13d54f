package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Unworkable definitions are rejected when they are parsed: each problem has its JSON Pointer and a fix. */
class UnworkableDefinitionsTest {

    private static AuthDefinition definition(String baseUrl, String strategies) {
        // A field that nothing uses is refused.
        String fields = Stream.of("'u'", "'k', 'secret': true", "'o', 'optional': true")
                .filter(field -> (baseUrl + strategies).contains("{{auth." + field.charAt(1)))
                .map(field -> "{'name': " + field + "}")
                .collect(Collectors.joining(", "));
        return AuthDefinition.parse("{'name': 'Shop', 'baseUrl': '%s', 'fields': [%s], 'strategies': {%s}}"
                .formatted(baseUrl, fields, strategies)
                .replace('\'', '"'));
    }

    private static AuthDefinition strategy(String members) {
        return definition("https://shop.example.com", "'a': {" + members + "}");
    }

    private static final String CODE =
            "'type': 'oauth2-authorization-code', 'authorizationUrl': 'https://x/a', 'tokenUrl': 'https://x/t', ";
    private static final String CLIENT = "'type': 'oauth2-client-credentials', 'tokenUrl': 'https://x/t', ";
    private static final String AWS = "'type': 'aws', 'accessKeyId': 'A', 'secretAccessKey': '{{auth.k}}', ";
    private static final String LOGIN = "'type': 'login', 'loginUrl': '/login', ";
    private static final String HMAC =
            "'type': 'hmac', 'algorithm': 'HmacSHA256', 'key': '{{auth.k}}', 'template': 'x', ";

    private static String expanded(String members) {
        return members.replace("CODE,", CODE)
                .replace("CLIENT,", CLIENT)
                .replace("AWS,", AWS)
                .replace("LOGIN,", LOGIN)
                .replace("HMAC,", HMAC);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'type': 'oauth2-client-credentials', 'tokenUrl': 'http://x.example.com/t' | tokenUrl | it is not https",
                "'type': 'oauth2-client-credentials', 'tokenUrl': 'http://{{auth.u}}.example.com/t' | tokenUrl | it is not https",
                "'type': 'oauth2-client-credentials', 'tokenUrl': 'https://a@x/t' | tokenUrl | user info",
                "'type': 'oauth2-client-credentials', 'tokenUrl': 'https://x/t#f' | tokenUrl | fragment",
                "'type': 'oauth2-client-credentials', 'tokenUrl': '' | tokenUrl | absolute",
                "'type': 'oauth2-client-credentials', 'tokenUrl': '/t' | tokenUrl | absolute",
                "'type': 'oauth2-client-credentials', 'tokenUrl': 'file:///t' | tokenUrl | file",
                "'type': 'oauth2-authorization-code', 'tokenUrl': 'https://x/t' | authorizationUrl | missing",
                "'type': 'oauth2-authorization-code', 'tokenUrl': 'https://x/t', 'authorizationUrl': 'http://x/a' | authorizationUrl | it is not https",
                "CODE, 'refreshUrl': 'http://x/r' | refreshUrl | it is not https",
                "CODE, 'revocationUrl': 'http://x/r' | revocationUrl | it is not https",
                "'type': 'oauth2-device-code', 'tokenUrl': 'https://x/t', 'deviceAuthorizationUrl': 'http://x/d' | deviceAuthorizationUrl | it is not https",
                "'type': 'oauth2-client-credentials', 'discover': 'http://x' | discover | it is not https",
                "'type': 'jwt', 'key': '{{auth.k}}', 'algorithm': 'HS256', 'claims': {'exp': 60} | claims/exp | constant time",
                "'type': 'oauth2-jwt-bearer', 'tokenUrl': 'https://x/t', 'key': '{{auth.k}}', 'algorithm': 'HS256', 'claims': {'iat': 7} | claims/iat | constant time",
                "CODE, 'issuer': 'shop' | issuer | absolute",
                "CODE, 'issuer': 'http://x.example.com' | issuer | it is not https",
                "CODE, 'issuer': 'https://x/?a=b' | issuer | can't have a query",
                "CODE, 'issuer': '' | issuer | absolute",
                "CODE, 'resource': 'shop' | resource | absolute URI",
                "CODE, 'resource': 'https://x/#a' | resource | fragment",
                "CODE, 'tokenPrefix': 'B\\u00e9 ' | tokenPrefix | not ASCII",
                "CODE, 'tokenPrefix': 'B\\n' | tokenPrefix | control character",
                "CODE, 'accessTokenHeader': 'X Y' | accessTokenHeader | header name",
                "CODE, 'accessTokenHeader': '' | accessTokenHeader | header name",
                "CODE, 'accessTokenHeader': 'Content-Length' | accessTokenHeader | set by the connection",
                "CODE, 'tokenHeaders': {'a b': 'x'} | tokenHeaders/a b | header name",
                "CODE, 'tokenHeaders': {'A': 'x\\r\\ny'} | tokenHeaders/A | control character",
                "CODE, 'tokenHeaders': {'A': '\\u00e9 {{auth.u}}'} | tokenHeaders/A | not ASCII",
                "'type': 'custom', 'headers': {'A': '{{auth.k}}\\u0000'} | headers/A | control character",
                "'type': 'custom', 'headers': {'Host': 'x'} | headers/Host | set by the connection",
                "'type': 'custom', 'cookies': {'a b': 'x'} | cookies/a b | header name",
                "'type': 'custom', 'cookies': {'a;b': 'x'} | cookies/a;b | header name",
                "'type': 'custom', 'cookies': {'a': 'x;y'} | cookies/a | not allowed in a cookie",
                "'type': 'custom', 'cookies': {'a': ''} | cookies/a | empty",
                "'type': 'custom', 'query': {'': 'x'} | query/ | a name can't be empty",
                "CODE, 'accessTokenPath': '/a~2b' | accessTokenPath | ~0",
                "CODE, 'accessTokenPath': '/a~' | accessTokenPath | ~0",
                "CODE, 'refreshTokenPath': 'a' | refreshTokenPath | slash",
                "CODE, 'expiresPath': '#/a' | expiresPath | slash",
                "CODE, 'tokenFields': {'f': '/~x'} | tokenFields/f | ~0",
                "CODE, 'tokenFields': {'': '/x'} | tokenFields/ | a name can't be empty",
                "LOGIN, 'tokenPath': '/a~2b' | tokenPath | ~0",
                "LOGIN, 'expiresPath': '/a~2b' | expiresPath | ~0",
                "LOGIN, 'tokenFields': {'f': '/a~2b'} | tokenFields/f | ~0",
                "LOGIN, 'tokenHeader': 'X Y' | tokenHeader | header name",
                "LOGIN, 'tokenHeader': '' | tokenHeader | header name",
                "LOGIN, 'tokenCookie': 'a=b' | tokenCookie | header name",
                "LOGIN, 'use': {} | use | {{auth.token}}",
                "LOGIN, 'use': {'headers': {'X-Session': 'constant'}} | use | {{auth.token}}",
                "LOGIN, 'use': {'headers': {'X-Session': '{{auth.k}}'}} | use | {{auth.token}}",
                "LOGIN, 'use': {'bodyFields': {'a': [{'b': 'token'}]}} | use | {{auth.token}}",
                "LOGIN, 'headers': {'authorization': 'x'} | headers/authorization | the strategy sets",
                "LOGIN, 'use': {'cookies': {'s': '{{auth.token}}'}}, 'headers': {'Cookie': 'x'} | headers/Cookie | the strategy sets",
                "AWS, 'region': '', 'service': 's3' | region | empty",
                "AWS, 'region': 'eu', 'service': '' | service | empty",
                "AWS, 'region': 'eu west', 'service': 's3' | region | letters",
                "AWS, 'region': 'eu', 'service': 's3/x' | service | letters",
                "'type': 'aws', 'accessKeyId': '', 'secretAccessKey': 'x', 'region': 'a', 'service': 'b' | accessKeyId | empty",
                "'type': 'aws', 'accessKeyId': 'x', 'secretAccessKey': '', 'region': 'a', 'service': 'b' | secretAccessKey | empty",
                "AWS, 'region': 'eu', 'service': 's3', 'sessionToken': '' | sessionToken | empty",
                "'type': 'digest', 'user': '', 'password': 'x' | user | empty",
                "'type': 'basic', 'user': '', 'password': '' | password | set one of them",
                "'type': 'oauth1', 'consumerKey': '', 'consumerSecret': 'x' | consumerKey | empty",
                "'type': 'oauth2-password', 'tokenUrl': 'https://x/t', 'user': '', 'password': 'x' | user | empty",
                "'type': 'jwt', 'algorithm': 'RS256', 'key': 'no PEM' | key | ",
                "'type': 'jwt', 'algorithm': 'HS256', 'key': '' | key | empty",
                "'type': 'jwt', 'algorithm': 'HS256', 'key': 'k', 'keyId': '' | keyId | empty",
                "'type': 'jwt', 'algorithm': 'HS256', 'key': 'k', 'prefix': '\\u00e9' | prefix | not ASCII",
                "HMAC, 'headers': {} | headers | {{signature}}",
                "HMAC, 'headers': {'X': '{{time}}'}, 'query': {'a': '{{nonce}}'} | headers | {{signature}}",
                "CLIENT, 'tokenMethod': 'GET', 'tokenRequest': 'json' | tokenRequest | no body",
                "CLIENT, 'tokenMethod': 'GET', 'tokenRequest': 'form' | tokenRequest | no body",
                "CLIENT, 'pkce': true | pkce | does not use it",
                "CLIENT, 'pkce': false | pkce | does not use it",
                "CLIENT, 'nonce': true | nonce | does not use it",
                "CLIENT, 'authorizationUrl': 'https://x/a' | authorizationUrl | does not use it",
                "CLIENT, 'authorizationParameters': {'a': 'b'} | authorizationParameters | does not use it",
                "CLIENT, 'refreshParameters': {'a': 'b'} | refreshParameters | does not use it",
                "CLIENT, 'callbackFields': ['a'] | callbackFields | does not use it",
                "CODE, 'deviceAuthorizationUrl': 'https://x/d' | deviceAuthorizationUrl | does not use it",
                "CODE, 'scopes': [''] | scopes | empty",
                "CODE, 'scopes': [' '] | scopes | empty",
                "CODE, 'scopes': [] | scopes | no scope",
                "CODE, 'scopes': '' | scopes | no scope",
                "CODE, 'scopes': ['a', 'b', 'a'] | scopes | duplicate",
                "CODE, 'scopes': 'a b a' | scopes | duplicate",
                "CODE, 'scopes': ['a\\n'] | scopes | visible ASCII",
                "CODE, 'scopes': ['a'], 'scopeSeparator': '' | scopeSeparator | empty",
                "CODE, 'scopeSeparator': ',' | scopeSeparator | no scopes",
                "CODE, 'callbackFields': [''] | callbackFields | empty",
                "CODE, 'callbackFields': ['{{auth.u}}'] | callbackFields | can't have placeholders",
                "CODE, 'refusals': ['a', 'a'] | refusals | duplicate"
            })
    void unworkableStrategyIsRejected(String members, String pointer, String problem) {
        assertThatThrownBy(() -> strategy(expanded(members)))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .anySatisfy(each -> assertThat(each)
                                        .startsWith("/strategies/a/" + pointer + ": ")
                                        .contains(String.valueOf(problem == null ? "" : problem))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'type': 'oauth2-client-credentials', 'tokenUrl': 'http://127.0.0.1:8080/t'",
                "'type': 'oauth2-client-credentials', 'tokenUrl': 'http://localhost/t'",
                "'type': 'oauth2-client-credentials', 'tokenUrl': 'http://{{auth.u}}/t'",
                "'type': 'oauth2-client-credentials', 'tokenUrl': '{{auth.u}}/t'",
                "'type': 'oauth2-client-credentials', 'tokenUrl': 'https://{{auth.u}}.example.com/{{auth.u | lower}}/t'",
                "'type': 'oauth2-client-credentials', 'discover': 'https://x/tenant'",
                "CLIENT, 'tokenMethod': 'GET', 'tokenRequest': 'query'",
                "CODE, 'tokenPrefix': ''",
                "CODE, 'resource': 'api://1234'",
                "CODE, 'resource': 'urn:example:{{auth.u}}'",
                "CODE, 'accessTokenPath': '/a~0b~1c'",
                "CODE, 'scopes': ['a', 'a-{{auth.u}}']",
                "LOGIN, 'use': {'bodyFields': {'a': [{'b': '{{auth.token | base64}}'}]}}",
                "LOGIN, 'tokenPath': ''",
                "HMAC, 'query': {'s': '{{signatureBase64}}'}",
                "'type': 'basic', 'user': '{{auth.k}}', 'password': ''",
                "'type': 'custom', 'headers': {'X': ''}",
                "'type': 'custom', 'headers': {'X': '{{auth.u | number}}'}",
                "'type': 'custom', 'cookies': {'__Host-x': '{{auth.k}}'}"
            })
    void workableStrategyIsAccepted(String members) {
        assertThat(strategy(expanded(members)).strategies()).containsExactly("a");
    }

    @Test
    void baseUrlHasAValueWithEachStrategy() {
        String own = "'a': {'type': 'none', 'fields': [{'name': 'own'}]}";
        assertThatThrownBy(() -> definition("https://{{auth.own}}.example.com", own + ", 'b': {'type': 'none'}"))
                .hasMessageContaining("/baseUrl: {{auth.own}} has no value with the strategy \"b\"")
                .hasMessageNotContaining("strategy \"a\"");
        assertThatThrownBy(() -> definition("https://{{auth.o}}.example.com", own))
                .hasMessageContaining("/baseUrl: {{auth.o}}: it is optional");
        assertThatThrownBy(() -> definition(
                        "{{auth.host}}/v1",
                        "'a': {" + CODE + "'tokenFields': {'host': '/host'}}, 'b': {'type': 'none'}"))
                .hasMessageContaining("/baseUrl: {{auth.host}} has no value with the strategy \"b\"");
        assertThat(definition(
                                "{{auth.host}}/v1",
                                "'a': {" + CODE
                                        + "'tokenFields': {'host': '/host'}}, 'b': {'type': 'none', 'fields': [{'name':"
                                        + " 'host'}]}")
                        .strategies())
                .containsExactly("a", "b");
    }

    @Test
    void allProblemsAreReportedAtOnce() {
        assertThatThrownBy(() -> definition(
                        "ftp://x",
                        "'a': {" + CODE
                                + "'issuer': 'x', 'scopes': ['', 'a', 'a'], 'tokenPrefix': '\\u0000', 'accessTokenPath':"
                                + " '/~', 'deviceAuthorizationUrl': 'http://x/'}, 'b': {" + AWS
                                + "'region': '', 'service': '!'}"))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .hasSizeGreaterThanOrEqualTo(9)
                                .allMatch(problem -> problem.startsWith("/")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\": NaN}",
                "{\"name\": 1e400}",
                "{\"name\": Infinity}",
                "{\"name\": 01}",
                "\uFEFF{}",
                "{} // comment",
                "/* comment */ {}",
                "{,}",
                "{\"name\": \"a\",}",
                "{'name': 'a'}",
                "{} x",
                "[]",
                "null",
                "\"x\"",
                "1",
                "",
                " ",
                "{\"name\": \"\uD800\"}",
                "{\"strategies\": {\"a\": {\"type\": \"Basic\"}}}",
                "{\"strategies\": {\"a\": {\"type\": [\"basic\"]}}}",
                "{\"strategies\": {\"a\": {\"type\": \"none\", \"type\": \"none\"}}}"
            })
    void malformedDocumentIsRejected(String json) {
        assertThatThrownBy(() -> AuthDefinition.parse(json)).isInstanceOf(InvalidDefinitionException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {600, 1_100, 100_000})
    void deepDocumentIsRejectedOrParsed(int depth) {
        String deep = "[".repeat(depth) + "]".repeat(depth);
        assertThatThrownBy(() -> AuthDefinition.parse(deep)).isInstanceOf(InvalidDefinitionException.class);
        for (String member : new String[] {
            "'type': 'jwt', 'algorithm': 'HS256', 'key': 'k', 'claims': {'a': DEEP}",
            "'type': 'custom', 'bodyFields': {'a': DEEP}",
            "'type': 'custom', 'headers': {'a': DEEP}",
            LOGIN + "'json': DEEP"
        }) {
            try {
                assertThat(strategy(member.replace("DEEP", deep)).toString()).contains("[ [");
            } catch (InvalidDefinitionException e) {
                assertThat(e.problems()).isNotEmpty();
            }
        }
    }
}
