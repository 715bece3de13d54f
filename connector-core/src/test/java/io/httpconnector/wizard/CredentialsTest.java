package io.httpconnector.wizard;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials in requests that are imported or saved. */
class CredentialsTest {

    private static final String SECRET = "SuperSecret1";

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    static Stream<String> credentials() {
        return Stream.of(
                ("password Password PASSWORD user_password userPassword newPassword password_confirmation passwordConfirm passwd pwd"
                                + " passphrase passcode PRIVATE-TOKEN X-Auth-Key X-Token Ocp-Apim-Subscription-Key X-Amz-Security-Token sig jwt private_key"
                                + " accessKey AccessKeySecret AWSAccessKeyId secret_access_key secretAccessKey api_key apiKey API-Key apikey APIKEY xapikey X-API-Key"
                                + " client_secret clientSecret clientsecret access_token accessToken accesstoken refresh_token id_token token X-Auth-Token"
                                + " X-Shopify-Access-Token X-Vault-Token X-Goog-Api-Key DD-APPLICATION-KEY x-functions-key sharedSecret webhook_secret secret secretKey"
                                + " SecretString credentials session_token sessionid JSESSIONID PHPSESSID session_id sid_token Authorization Proxy-Authorization Cookie"
                                + " Set-Cookie X-Amz-Signature X-Amz-Credential X-Hub-Signature-256 csrf_token csrfmiddlewaretoken hapikey signingKey"
                                + " subscription-key connectionString client_assertion code_verifier otp user[password] tokens[0] password2 smtp_pass auth_token"
                                + " recovery_codes recoveryCodes backup_code mfaCode verification_code security_code authorization_code otp_code two_factor_code"
                                + " security_answer seed_phrase mnemonic conn_str connection_string private_key pass pwd")
                        .split(" ", -1));
    }

    static Stream<String> others() {
        return Stream.of(
                ("secret_type hide_secret secretary signature_required token_type max_tokens author authors authority keyboard key_name"
                                + " next_page_token nextPageToken pageToken continuation_token sync_token tokenization password_policy passwordless requires_password"
                                + " has_password token_count public_key publishableKey primary_key foreignKey idempotency_key Idempotency-Key cache_key project_key"
                                + " monkey turkey compass passport passenger bypass author_id secret_santa secret_name token_endpoint tokenUrl password_reset_url"
                                + " cookie_consent signature_date email_signature design designation assign signal X-Auth-Email client_id account_id user_id"
                                + " boarding_pass completion_tokens pinned pinterest country_code postal_code zip_code error_code codes code_name status_code"
                                + " recovery_codes_count passage passed spin key author_name description keywords accessibility authored_by sigma password_changed_at credential_type ChargeBearer")
                        .split(" ", -1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'client_secret': {'expires_at': 1735689600}}",
                "{'paymentToken': {'ExpiryDateTime': '2026-01-31T12:00:00Z', 'issuedAt': 'x'}}",
                "{'discoverable_credentials': 'preferred'}"
            })
    void propertiesOfCredentialsAreNone(String json) {
        assertThat(CredentialDetector.findPointers(JsonSupport.parse(json.replace('\'', '"'))))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("credentials")
    void nameOfACredential(String name) {
        assertThat(CredentialDetector.isCredential(name, SECRET)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("others")
    void nameOfNoCredential(String name) {
        assertThat(CredentialDetector.isCredential(name, name.endsWith("tokens") ? "4096" : "some value"))
                .isFalse();
        ObjectNode json = (ObjectNode) JsonSupport.parse("{}");
        json.put(name, name.endsWith("tokens") ? "4096" : "some value").put("n", 1);
        assertThat(Samples.redact(json)).isEqualTo(json);
    }

    static Stream<Recommendation> imported() {
        String json =
                "{\"user\": {\"name\": \"me\", \"password\": \"SuperSecret1\"}, \"keys\": [{\"accessKey\": \"SuperSecret1\"}],"
                        + " \"tokens\": [\"SuperSecret1\"], \"credentials\": {\"a\": {\"b\": [\"SuperSecret1\"]}}, \"secret_type\": \"kept\"}";
        String text = TextNode.valueOf(json).toString();
        String inText = json.replace("\"", "\\\"");
        return Stream.of(
                        RecommendationSources.curl("curl http://h/a --json '" + json + "'"),
                        RecommendationSources.curl("curl http://h/a -d '" + json + "'"),
                        RecommendationSources.curl(
                                "curl http://h/a -H 'Content-Type: text/plain' --data-raw 'x=kept&password=SuperSecret1'"),
                        RecommendationSources.curl(
                                "curl http://h/a -d 'x=kept&password=SuperSecret1&user%5Bpassword%5D=SuperSecret1'"),
                        RecommendationSources.curl(
                                "curl http://h/a -d 'kept=1&payload=%7B%22a%22:1,%22token%22:%22SuperSecret1%22%7D'"),
                        RecommendationSources.curl(
                                "curl http://h/a -F x=kept -F password=SuperSecret1 -F 'meta={\"jwt\": \"SuperSecret1\"};type=application/json'"),
                        RecommendationSources.curl(
                                "curl 'http://me:SuperSecret1@h/kept;jsessionid=SuperSecret1?sig=SuperSecret1&a=%E4&jwt=SuperSecret1'"),
                        RecommendationSources.curl(
                                "curl http://h/kept -H 'PRIVATE-TOKEN: SuperSecret1' -H 'X-Auth-Key: SuperSecret1' -b 'sid=SuperSecret1'"
                                        + " -H 'Cookie: SuperSecret1' -u me:SuperSecret1 --oauth2-bearer SuperSecret1"),
                        RecommendationSources.curl(
                                "curl http://h/a -H 'Content-Type: application/xml' -d '<a><kept/><wsse:Password T=\"x\">SuperSecret1</wsse:Password>"
                                        + "<credentials><user>SuperSecret1</user></credentials></a>'"),
                        RecommendationSources.har(
                                "{\"log\": {\"entries\": [{\"request\": {\"method\": \"POST\", \"url\": \"https://h/kept?X-Amz-Signature=SuperSecret1\","
                                        + "\"headers\": [{\"name\": \"X-Token\", \"value\": \"SuperSecret1\"}],"
                                        + "\"postData\": {\"mimeType\": \"application/json\", \"text\": " + text
                                        + "}}}]}}"),
                        RecommendationSources.har(
                                "{\"log\": {\"entries\": [{\"request\": {\"method\": \"POST\", \"url\": \"https://h/a\", \"postData\": {\"mimeType\":"
                                        + " \"application/x-www-form-urlencoded\", \"params\": [{\"name\": \"passphrase\", \"value\": \"SuperSecret1\"},"
                                        + " {\"name\": \"kept\", \"value\": \"1\"}]}}}]}}"),
                        RecommendationSources.har(
                                "{\"log\": {\"entries\": [{\"request\": {\"method\": \"POST\", \"url\": \"https://h/a\", \"postData\": {\"mimeType\":"
                                        + " \"multipart/form-data; boundary=x\", \"params\": [{\"name\": \"private_key\", \"value\": \"SuperSecret1\"},"
                                        + " {\"name\": \"kept\", \"value\": \"1\"}]}}}]}}"),
                        postman("{\"mode\": \"raw\", \"raw\": \"" + inText
                                + "\", \"options\": {\"raw\": {\"language\": \"json\"}}}"),
                        postman(
                                "{\"mode\": \"raw\", \"raw\": \"{\\\"kept\\\": {{n}}, \\\"password\\\": \\\"SuperSecret1\\\"}\", \"options\": {\"raw\":"
                                        + " {\"language\": \"json\"}}}"),
                        postman(
                                "{\"mode\": \"raw\", \"raw\": \"{\\\"kept\\\": 1, // note\\n \\\"password\\\": \\\"SuperSecret1\\\"}\", \"options\": {\"raw\":"
                                        + " {\"language\": \"json\"}}}"),
                        postman(
                                "{\"mode\": \"urlencoded\", \"urlencoded\": [{\"key\": \"kept\", \"value\": \"1\"}, {\"key\": \"password\", \"value\":"
                                        + " \"SuperSecret1\"}]}"),
                        postman(
                                "{\"mode\": \"formdata\", \"formdata\": [{\"key\": \"kept\", \"value\": \"1\"}, {\"key\": \"token\", \"value\": \"SuperSecret1\"}]}"),
                        postman(
                                "{\"mode\": \"graphql\", \"graphql\": {\"query\": \"mutation { kept }\", \"variables\": \"{\\\"password\\\": \\\"SuperSecret1\\\"}\"}}"))
                .map(source -> source.all().get(0));
    }

    /** What is a credential by its value, its place or its declaration, whatever its name. */
    static Stream<Recommendation> importedByOtherSigns() {
        String schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
        String openApi =
                "{\"openapi\": \"3.0.0\", \"info\": {\"title\": \"T\", \"version\": \"1\"}, \"paths\": {\"/kept\": {\"post\": {"
                        + "\"parameters\": [{\"in\": \"query\", \"name\": \"geheim\", \"required\": true, \"example\": \"SuperSecret1\","
                        + " \"schema\": {\"type\": \"string\", \"format\": \"password\"}},"
                        + "{\"in\": \"header\", \"name\": \"X-Geheim\", \"required\": true,"
                        + " \"schema\": {\"type\": \"string\", \"format\": \"password\", \"default\": \"SuperSecret1\"}}],"
                        + "\"requestBody\": {\"content\": {\"TYPE\": {EXAMPLE\"schema\": {\"$ref\": \"#/components/schemas/A\"}}}}}}},"
                        + "\"components\": {\"schemas\": {\"A\": {\"allOf\": [{\"type\": \"object\", \"properties\": {\"kept\": {\"type\": \"string\"},"
                        + "\"deep\": {\"type\": \"array\", \"items\": {\"type\": \"object\", \"properties\": {\"geheim\": {\"$ref\": \"#/components/schemas/P\"}}}},"
                        + "\"geheim\": {\"$ref\": \"#/components/schemas/P\"}}}]},"
                        + "\"P\": {\"type\": \"string\", \"format\": \"password\", \"example\": \"SuperSecret1\"}}}}";
        String example =
                "\"example\": {\"kept\": \"a\", \"geheim\": \"SuperSecret1\", \"deep\": [{\"geheim\": \"SuperSecret1\"}]}, ";
        return Stream.of(
                        RecommendationSources.curl(
                                "curl 'https://api.telegram.org/bot123456789:SuperSecret1SuperSecret1SuperSecret/kept'"),
                        RecommendationSources.curl(
                                "curl https://hooks.slack.com/services/T00KEPT00/B00kept00/SuperSecret1SuperSecret1 --json '{\"kept\": 1}'"),
                        RecommendationSources.curl(
                                "curl https://discord.com/api/v10/webhooks/123456789012345678/SuperSecret1SuperSecret1SuperSecret1SuperSecret1-_kept/github -d 'x=kept'"),
                        RecommendationSources.curl("curl https://h/trigger/kept/with/key/SuperSecret1SuperSecret1"),
                        RecommendationSources.curl("curl https://h/kept/token/SuperSecret1SuperSecret1/x"),
                        RecommendationSources.curl("curl 'https://maps.example.com/kept?key=SuperSecret1SuperSecret1'"),
                        RecommendationSources.curl(
                                "curl 'https://h/kept' -H 'X-Custom: ghp_SuperSecret1SuperSecret1SuperSecret1'"),
                        RecommendationSources.curl(
                                "curl 'https://h/kept' --json '{\"a\": {\"value\": \"xoxb-SuperSecret1\", \"url\": \"https://hooks.slack.com/services/T00000000/B00000000/SuperSecret1SuperSecret1\"}}'"),
                        RecommendationSources.curl(
                                "curl 'https://h/kept' --json '{\"query\": \"mutation { kept(user: 1, password: \\\"SuperSecret1\\\") { id } }\"}'"),
                        RecommendationSources.curl(
                                "curl 'https://h/kept' --json '{\"query\": \"mutation L($p: String) { kept }\", \"variables\": {\"input\": {\"pwd\": \"SuperSecret1\"}}}'"),
                        RecommendationSources.curl(
                                "curl 'https://h/kept' --json '{\"recovery_codes\": [\"SuperSecret1\"], \"cookies\": {\"a\": \"SuperSecret1\"}, \"connection_string\": \"Server=x;SuperSecret1\"}'"),
                        RecommendationSources.postman("{\"info\": {\"name\": \"C\", \"schema\": \"" + schema
                                + "\"}, \"variable\": [{\"key\": \"mine\","
                                + " \"value\": \"SuperSecret1\", \"type\": \"secret\"}], \"item\": [{\"name\": \"kept\", \"request\": {\"method\": \"POST\","
                                + " \"url\": \"https://h/a?x={{mine}}\", \"header\": [{\"key\": \"X-A\", \"value\": \"{{mine}}\"}],"
                                + " \"body\": {\"mode\": \"raw\", \"raw\": \"{{mine}}\"}}}]}"),
                        RecommendationSources.openApi(
                                openApi.replace("TYPE", "application/json").replace("EXAMPLE", "")),
                        RecommendationSources.openApi(
                                openApi.replace("TYPE", "application/json").replace("EXAMPLE", example)),
                        RecommendationSources.openApi(
                                openApi.replace("TYPE", "multipart/form-data").replace("EXAMPLE", example)),
                        RecommendationSources.openApi(openApi.replace("TYPE", "application/x-www-form-urlencoded")
                                .replace("EXAMPLE", "")))
                .map(source -> source.all().get(0));
    }

    @ParameterizedTest
    @MethodSource("importedByOtherSigns")
    void importKnowsCredentialsByOtherSigns(Recommendation imported) {
        assertThat(imported.toString())
                .doesNotContain(SECRET)
                .doesNotContain("\uE002")
                .containsIgnoringCase("kept");
        assertThat(imported.definition().toString()).doesNotContain("\uE002").doesNotContain("\uE001");
        ObjectNode definition = imported.definition().deepCopy().put("name", "T");
        assertThat(CredentialDetector.findInDefinition(definition)).isEmpty();
        assertThat(RequestTemplate.fromJson(definition).name()).isEqualTo("T");
    }

    @Test
    void otherwiseNothingIsLost() {
        String body =
                "{\"key\": \"customer-1234567890abcd\", \"author\": \"me\", \"token_count\": 5, \"pinned\": true, \"monkey\": \"a\","
                        + " \"path\": \"/orders/123e4567-e89b-12d3-a456-426614174000/items\", \"pass\": 3, \"code\": \"DE\", \"hooks\": \"/hooks/1\"}";
        Recommendation read = RecommendationSources.curl(
                        "curl https://h/services/1/webhooks/12/token/list --json '" + body + "'")
                .all()
                .get(0);

        assertThat(read.definition().at("/body/json")).isEqualTo(JsonSupport.parse(body));
        assertThat(read.definition().path("url").asText()).isEqualTo("/services/1/webhooks/12/token/list");
        assertThat(read.notes()).isEmpty();
    }

    private static RecommendationSource postman(String body) {
        return RecommendationSources.postman(
                "{\"info\": {\"name\": \"C\", \"schema\": \"https://schema.getpostman.com/json/collection/v2.1.0/collection.json\"},"
                        + "\"item\": [{\"name\": \"R\", \"request\": {\"method\": \"POST\", \"url\": \"https://h/a\", \"body\": "
                        + body + "}}]}");
    }

    @ParameterizedTest
    @MethodSource("imported")
    void importTakesNoCredentialOver(Recommendation imported) {
        assertThat(imported.toString()).doesNotContain(SECRET).contains("kept");
        assertThat(imported.notes()).isNotEmpty();
        // It is a template, and it can be saved.
        ObjectNode definition = imported.definition().deepCopy().put("name", "T");
        assertThat(CredentialDetector.findInDefinition(definition)).isEmpty();
        RequestTemplate template = RequestTemplate.fromJson(definition);
        assertThat(template.name()).isEqualTo("T");
    }

    @Test
    void pillsOfTheConnectionKeepTheStructure() {
        Recommendation read = RecommendationSources.curl(
                        "curl http://h/login --json '{\"user\": \"me\", \"password\": \"SuperSecret1\","
                                + " \"old\": {\"password\": \"SuperSecret1\"}, \"tokens\": [\"a1\", \"b2\"], \"pin\": 1234, \"remember_password\": true}'")
                .all()
                .get(0);

        assertThat(read.definition().at("/body/json")).isEqualTo(JsonSupport.parse("""
                {"user": "me", "password": "{{connection.password}}", "old": {"password": "{{connection.password_2}}"},
                 "tokens": ["{{connection.tokens_0}}", "{{connection.tokens_1}}"], "pin": "{{connection.pin}}", "remember_password": true}"""));
        assertThat(read.notes()).hasSize(5).allMatch(note -> note.contains("{{connection."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'body': {'json': {'password': 'SuperSecret1'}}}",
                "{'body': {'json': {'a': [{'b': {'accessKey': 'SuperSecret1'}}]}}}",
                "{'body': {'json': {'credentials': {'user': 'SuperSecret1'}}}}",
                "{'body': {'json': {'tokens': ['SuperSecret1']}}}",
                "{'body': {'json': {'otp': 123456}}}",
                "{'body': {'json': {'password': 'Super{{a.b}}Secret1'}}}",
                "{'body': {'json': {'password': '{{a.b | default(\\'SuperSecret1\\')}}'}}}",
                "{'body': {'json': {'password': {'$if': '{{a.b}}', '$then': 'SuperSecret1'}}}}",
                "{'body': {'json': {'nested': '{\\\"password\\\": \\\"SuperSecret1\\\"}'}}}",
                "{'body': {'json': {'fields': [{'name': 'password', 'value': 'SuperSecret1'}]}}}",
                "{'body': {'json': {'url': 'https://me:SuperSecret1@example.com/'}}}",
                "{'body': {'jsonText': '{\\\"n\\\": {{a.b}}, \\\"password\\\": \\\"SuperSecret1\\\"}'}}",
                "{'body': {'form': [{'name': 'password', 'value': 'SuperSecret1'}]}}",
                "{'body': {'form': [{'name': 'payload', 'value': '{\\\"token\\\": \\\"SuperSecret1\\\"}'}]}}",
                "{'body': {'multipart': [{'name': 'passphrase', 'value': 'SuperSecret1'}]}}",
                "{'body': {'xml': '<a><password>SuperSecret1</password></a>'}}",
                "{'body': {'xml': '<a password=\\\"SuperSecret1\\\"/>'}}",
                "{'body': {'text': 'a=1&password=SuperSecret1', 'contentType': 'text/plain'}}",
                "{'query': [{'name': 'sig', 'value': 'SuperSecret1'}]}",
                "{'query': [{'name': 'key', 'value': 'AIzaSyD3x4mpl3K3yV4lu3'}]}",
                "{'headers': [{'name': 'X-Auth-Key', 'value': 'SuperSecret1'}]}",
                "{'headers': [{'name': 'Authorization', 'value': 'Bearer SuperSecret1'}]}",
                "{'url': '/a?jwt=SuperSecret1'}",
                "{'url': '/a;jsessionid=SuperSecret1'}",
                "{'delimiters': ['<%', '%>'], 'body': {'json': {'password': '{{SuperSecret1}}'}}}"
            })
    void writtenCredentialIsNotSaved(String json) {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        ObjectNode definition = (ObjectNode) JsonSupport.parse(
                json.replace("\\'", "\u0001").replace('\'', '"').replace('\u0001', '\''));
        definition.put("method", "POST");
        if (!definition.has("url")) {
            definition.put("url", "/");
        }
        try (HttpConnection connection =
                HttpConnection.named("S").baseUrl(service.baseUrl()).build()) {
            SampleExchange sample = RequestWizard.of(connection)
                    .draft(definition)
                    .sampleValues(Pills.of("a", Map.of("b", true)))
                    .send();
            assertThatThrownBy(() -> sample.review().apply("T"))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("credentials belong to the connection")
                    .hasMessageNotContaining(SECRET);
        }
    }

    @Test
    void pillInThePlaceOfACredentialIsSavedAndItsValueIsMasked(@TempDir Path dir) throws IOException {
        service.stubFor(any(anyUrl())
                .willReturn(okJson(
                                "{\"session\": {\"jwt\": \"SuperSecret1\"}, \"tokens\": [\"SuperSecret1\"], \"token_type\": \"x\"}")
                        .withHeader("Location", "/next?access_token=SuperSecret1&a=1")));
        Path file = dir.resolve("login.json");
        try (HttpConnection connection =
                HttpConnection.named("S").baseUrl(service.baseUrl()).build()) {
            for (String body : List.of(
                    "{'json': {'password': '{{a.pw}}', 'kept': 1}}",
                    "{'form': [{'name': 'password', 'value': '{{a.pw}}'}, {'name': 'x', 'value': 'kept'}]}",
                    "{'multipart': [{'name': 'password', 'value': '{{a.pw}}'}, {'name': 'x', 'value': 'kept'}]}",
                    "{'xml': '<a><kept/><password>{{a.pw}}</password></a>'}")) {
                RequestWizard.of(connection)
                        .draft((ObjectNode) JsonSupport.parse(
                                "{'method': 'POST', 'url': '/', 'headers': [{'name': 'X-Auth', 'value': 'Token {{a.pw}}'}], 'body': BODY}"
                                        .replace("BODY", body)
                                        .replace('\'', '"')))
                        .sampleValues(Pills.of("a", Map.of("pw", SECRET)))
                        .send()
                        .review()
                        .apply("Login")
                        .save(file);

                assertThat(Files.readString(file)).doesNotContain(SECRET).contains("kept", "token_type");
            }
        }
    }

    @Test
    void savedFileIsForItsOwnerOnly(@TempDir Path dir) throws IOException {
        assumeThat(dir.getFileSystem().supportedFileAttributeViews()).contains("posix");
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        Path file = dir.resolve("a.json");
        Path other = Files.writeString(dir.resolve("other"), "untouched");
        Path link = Files.createSymbolicLink(dir.resolve("link.json"), other);
        Files.writeString(file, "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        try (HttpConnection connection =
                HttpConnection.named("S").baseUrl(service.baseUrl()).build()) {
            SavedRequest saved =
                    RequestWizard.of(connection).get("/").send().review().apply("T");
            saved.save(file);
            saved.save(dir.resolve("new.json"));
            saved.save(link);
        }

        for (String name : List.of("a.json", "new.json", "link.json")) {
            assertThat(Files.getPosixFilePermissions(dir.resolve(name)))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
        assertThat(other).hasContent("untouched");
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("a.json", "new.json", "link.json", "other");
        }
    }

    @Test
    void editedFileWithACredentialIsNotWrittenAgain(@TempDir Path dir) {
        JsonNode edited = JsonSupport.parse(
                "{\"format\": \"http-connector/saved-request\", \"version\": 1, \"request\": {\"name\": \"T\", \"method\": \"POST\","
                        + " \"url\": \"/\", \"body\": {\"json\": {\"password\": \"SuperSecret1\"}}},"
                        + " \"sample\": {\"request\": {}, \"response\": {}}, \"responses\": {}}");
        SavedRequest loaded = SavedRequest.fromJson(edited, Map.of());

        assertThatThrownBy(() -> loaded.save(dir.resolve("a.json")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/password")
                .hasMessageNotContaining(SECRET);
        assertThat(dir).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": \"x\", \"password\": \"SuperSecret1\", \"text\": \"cut off he",
                "{\"credentials\": {\"user\": \"SuperSecret1\", \"b\": [\"SuperSecret1\"",
                "<a><Password>SuperSecret1</Password></a>",
                "password=SuperSecret1&a=b",
                "password: SuperSecret1",
                "see https://me:SuperSecret1@example.com/a",
                "mutation { login(user: \"a\", password: \"SuperSecret1\") }"
            })
    void textIsMasked(String text) {
        assertThat(CredentialDetector.mask(text)).doesNotContain(SECRET).contains("***");
    }

    @Test
    void deepAndLongInputIsBounded() {
        String deep = "{\"a\":".repeat(900) + "1" + "}".repeat(900);
        assertThat(Samples.redact(JsonSupport.parse(deep))).isNotNull();
        String open = "\"password\": \"".repeat(20_000);
        assertThat(CredentialDetector.mask(open)).isNotNull();
        assertThat(CredentialDetector.mask("<password>".repeat(5_000))).isNotNull();
        assertThat(CredentialDetector.mask("a=".repeat(50_000))).isNotNull();
        assertThat(CredentialNames.isCredential("token".repeat(10_000))).isFalse();
    }
}
