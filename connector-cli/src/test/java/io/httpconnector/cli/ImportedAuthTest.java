package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.internal.DocumentParser;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the strategies of imported documents: credentials that a request needs together are in one strategy. */
class ImportedAuthTest {

    private static final String COLLECTION = """
            {"info": {"name": "S", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
             "item": [{"name": "a", "request": {"method": "GET", "url": "https://shop.example/a"%s}}%s]%s}
            """;

    private static final List<String> SCHEMES = List.of(
            "app: {type: apiKey, in: header, name: X-App-Id}",
            "key: {type: apiKey, in: header, name: X-App-Key}",
            "basic: {type: http, scheme: basic}",
            "bearer: {type: http, scheme: bearer}",
            "query: {type: apiKey, in: query, name: password}",
            "cookie: {type: apiKey, in: cookie, name: sid}",
            "login: {type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://shop.example/token', scopes: {read: x}}}}",
            "cert: {type: mutualTLS}");

    @TempDir
    private Path directory;

    private CommandRun connector;
    private String remarks = "";

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
    }

    private JsonNode imported(String format, String text) {
        Result result = connector.runWithInput(text, "import", format, "-");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out() + result.err()).doesNotContain("hush");
        remarks = result.err();
        return ConnectorDefinition.parse(result.out()).toJson();
    }

    private JsonNode openApi(String security, String schemes) {
        return imported(
                        "openapi",
                        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: https://shop.example}]\n"
                                + "security: " + security + "\npaths: {/a: {get: {operationId: a}}}\n"
                                + "components: {securitySchemes: {" + schemes + "}}\n")
                .path("auth");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '`',
            value = {
                "[{app: [], key: []}] ! {app-and-key: {type: custom, headers: {X-App-Id: '{{auth.xAppId}}', X-App-Key: '{{auth.xAppKey}}'}}} ! app (apiKey) and key (apiKey)",
                "[{basic: [], query: []}] ! {basic-and-query: {type: basic, user: '{{auth.user}}', password: '{{auth.password}}', query: {password: '{{auth.password2}}'}}} ! basic (http basic) and query (apiKey)",
                "[{query: [], basic: []}] ! {query-and-basic: {type: basic, user: '{{auth.user}}', password: '{{auth.password2}}', query: {password: '{{auth.password}}'}}} ! query (apiKey) and basic (http basic)",
                "[{app: [], login: [read]}] ! {app-and-login: {type: oauth2-client-credentials, tokenUrl: 'https://shop.example/token', scopes: [read], headers: {X-App-Id: '{{auth.xAppId}}'}}} ! app (apiKey) and login (oauth2)",
                "[{app: [], cookie: []}] ! {app-and-cookie: {type: custom, headers: {X-App-Id: '{{auth.xAppId}}'}, cookies: {sid: '{{auth.sid}}'}}} ! cookie (apiKey)",
                "[{basic: [], cookie: []}] ! {basic-and-cookie: {type: basic, user: '{{auth.user}}', password: '{{auth.password}}', headers: {Cookie: 'sid={{auth.sid}}'}}} ! cookie (apiKey)",
                "[{bearer: [], cert: [], key: []}] ! {bearer-and-cert-and-key: {type: custom, headers: {Authorization: 'Bearer {{auth.token}}', X-App-Key: '{{auth.xAppKey}}'}}} ! \"cert\": its type \"mutualTLS\" is not imported",
                "[{app: [], key: []}, {basic: []}, {}] ! {basic: {type: basic, user: '{{auth.user}}', password: '{{auth.password}}'}, app-and-key: {type: custom, headers: {X-App-Id: '{{auth.xAppId}}', X-App-Key: '{{auth.xAppKey}}'}}} ! app (apiKey) and key (apiKey) or basic (http basic)",
                "[{basic: [], bearer: []}] ! {basic: {type: basic, user: '{{auth.user}}', password: '{{auth.password}}'}, bearer: {type: custom, headers: {Authorization: 'Bearer {{auth.token}}'}}} ! both are in the header Authorization",
            })
    void schemesThatAreRequiredTogether(String security, String expected, String remark) {
        String used = SCHEMES.stream()
                .filter(scheme -> security.contains(scheme.replaceFirst(":.*", ":")))
                .collect(Collectors.joining(", "));

        JsonNode auth = openApi(security, used);

        auth.forEach(strategy -> ((ObjectNode) strategy).remove("fields"));
        assertThat(auth).isEqualTo(DocumentParser.parse("x: " + expected).tree().path("x"));
        assertThat(remarks).contains(remark);
    }

    @Test
    void headerParameterThatIsACredential() {
        JsonNode auth = imported("openapi", """
                openapi: 3.0.3
                info: {title: T, version: '1'}
                servers: [{url: https://shop.example}]
                security: [{bearer: []}]
                paths: {/a: {get: {operationId: a, parameters: [{in: header, name: X-Shop-Token, required: true, schema: {type: string}}]}}}
                components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
                """).path("auth");

        assertThat(auth.at("/bearer/headers").toString())
                .isEqualTo("{\"Authorization\":\"Bearer {{auth.token}}\",\"X-Shop-Token\":\"{{auth.xShopToken}}\"}");
    }

    @Test
    void credentialsOfOneCommandAreOneStrategy() {
        JsonNode auth = imported(
                        "curl",
                        "curl -g 'https://shop.example/v1?expand[]=a&key=AIzaSyhush567890abcdefghijklmnopqrstuvw' -u hush_1:"
                                + " -H 'Cookie: session=hush123secret' -H 'X-Api-Key: hush-key-1'\n"
                                + "curl https://other.example/x -H 'X-Other-Token: hush-key-2'")
                .path("auth");

        assertThat(auth.properties()).hasSize(1);
        assertThat(auth.at("/basic/user").asText()).isEqualTo("{{auth.key}}");
        assertThat(auth.at("/basic/headers").toString())
                .isEqualTo("{\"Cookie\":\"{{auth.cookie}}\",\"X-Api-Key\":\"{{auth.xApiKey}}\"}");
        assertThat(auth.at("/basic/query").toString()).isEqualTo("{\"key\":\"{{auth.key2}}\"}");
    }

    @Test
    void credentialsOfAProxyAreNotForTheService() {
        JsonNode auth = imported(
                        "curl",
                        "curl https://shop.example/v1 -H 'Proxy-Authorization: Basic aHVzaC1odXNo' -H 'x-api-key: hush-1' -H"
                                + " 'X-API-KEY: hush-2'")
                .path("auth");

        assertThat(auth.at("/key/headers").toString()).isEqualTo("{\"x-api-key\":\"{{auth.xApiKey}}\"}");
    }

    @Test
    void schemeByReference() {
        JsonNode auth = openApi(
                "[{app: []}]",
                "app: {$ref: '#/components/securitySchemes/key'}, key: {type: apiKey, in: header, name: X-Key},"
                        + " loop: {$ref: '#/components/securitySchemes/loop'}");

        assertThat(auth.at("/app/headers/X-Key").asText()).isEqualTo("{{auth.xKey}}");
        assertThat(remarks).contains("security scheme \"loop\": its type \"\" is not imported");
    }

    @Test
    void userOfAUrlAndCookieOption() {
        JsonNode auth = imported("curl", "curl https://ann:hush-1@shop.example/v1 -b s=hush-2")
                .path("auth");

        assertThat(auth.at("/basic/user").asText()).isEqualTo("{{auth.user}}");
        assertThat(auth.at("/basic/headers/Cookie").asText()).isEqualTo("{{auth.cookie}}");
    }

    @Test
    void credentialsOfPostmanRequests() {
        JsonNode auth = imported(
                        "postman",
                        COLLECTION.formatted(
                                ", \"header\": [{\"key\": \"X-Api-Key\", \"value\": \"hush-1\"}]",
                                ", {\"name\": \"b\", \"request\": {\"method\": \"GET\", \"url\": \"https://shop.example/b\", \"auth\":"
                                        + " {\"type\": \"basic\", \"basic\": [{\"key\": \"password\", \"value\": \"hush-2\"}]}}}",
                                ", \"auth\": {\"type\": \"bearer\", \"bearer\": [{\"key\": \"token\", \"value\": \"hush-3\"}]}"))
                .path("auth");

        assertThat(auth.at("/bearer/headers").toString())
                .isEqualTo("{\"Authorization\":\"Bearer {{auth.token}}\",\"X-Api-Key\":\"{{auth.xApiKey}}\"}");
        assertThat(auth.at("/basic/type").asText()).isEqualTo("basic");
        assertThat(auth.at("/basic/headers/X-Api-Key").asText()).isEqualTo("{{auth.xApiKey}}");
        assertThat(remarks)
                .contains("its requests authenticate in several ways: a connection uses one of bearer, basic");
    }

    @Test
    void keyOfAPostmanRequest() {
        JsonNode auth = imported(
                        "postman",
                        COLLECTION.formatted(
                                ", \"auth\": {\"type\": \"apikey\", \"apikey\": [{\"key\": \"key\", \"value\": \"X-Shop\"},"
                                        + " {\"key\": \"value\", \"value\": \"hush-1\"}]}",
                                "",
                                ""))
                .path("auth");

        assertThat(auth.at("/key/headers").toString()).isEqualTo("{\"X-Shop\":\"{{auth.xShop}}\"}");
    }

    @Test
    void otherWaysOfPostmanAreRemarked() {
        JsonNode document =
                imported("postman", COLLECTION.formatted("", "", ", \"auth\": {\"type\": \"hawk\", \"hawk\": []}"));

        assertThat(document.path("auth").path("hawk").isMissingNode()).isTrue();
        assertThat(document.at("/auth/basic").isMissingNode()).isTrue();
        assertThat(remarks).contains("auth: its type \"hawk\" is not imported: describe it in auth");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '`',
            value = {
                "curl ! curl -u ann:hush https://shop.example/a ! basic",
                "curl ! curl -H 'Authorization: Bearer hush' https://shop.example/a ! key",
                "curl ! curl -b 'sid=hush' https://shop.example/a ! key",
                "curl ! curl 'https://ann:hush@shop.example/a?api_key=hushhushhushhush' ! basic",
                "har ! {\"log\": {\"entries\": [{\"request\": {\"method\": \"GET\", \"url\": \"https://shop.example/a\", \"cookies\": [{\"name\": \"sid\", \"value\": \"hush\"}]}, \"response\": {\"status\": 200}}]}} ! key",
                "postman ! , \"auth\": {\"type\": \"bearer\", \"bearer\": []} ! bearer",
                "openapi ! [{basic: []}, {app: [], key: []}] ! ",
                "openapi ! [{login: [read]}] ! "
            })
    void aRemarkNamesTheStrategyThatTheDocumentHas(String format, String source, String strategy) {
        if (format.equals("openapi")) {
            openApi(source, String.join(", ", SCHEMES));
        } else {
            imported(format, format.equals("postman") ? COLLECTION.formatted(source, "", "") : source);
        }

        assertThat(remarks)
                .contains(": auth describes it: " + (strategy == null ? "" : strategy))
                .doesNotContain("configure");
    }

    @Test
    void aRemarkAboutCredentialsThatTheDocumentDoesNotHaveStays() {
        openApi("[{cert: []}, {basic: []}]", String.join(", ", SCHEMES));
        assertThat(remarks)
                .contains("it authenticates by cert (mutualTLS) or basic (http basic): configure it in the connection");

        imported("postman", COLLECTION.formatted(", \"auth\": {\"type\": \"hawk\", \"hawk\": []}", "", ""));
        assertThat(remarks).contains("it authenticates by hawk: configure it in the connection");
    }
}
