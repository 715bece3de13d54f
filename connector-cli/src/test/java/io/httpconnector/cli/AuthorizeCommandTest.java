package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.MockService.RecordedRequest;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the authorization by device code, by OAuth 1 and by a pasted URL, with an authorization server that is strict. */
class AuthorizeCommandTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final String DOCUMENT = """
        connector: 1
        id: films
        version: 1.0.0
        title: Films
        inputs:
          - {name: url, label: URL}
        connection:
          baseUrl: "{{auth.url}}"
          test: /me
          retry: {maxAttempts: 1}
        auth:
          device:
            type: oauth2-device-code
            deviceAuthorizationUrl: "{{auth.url}}/device"
            tokenUrl: "{{auth.url}}/token"
            clientAuthentication: body
          browser:
            type: oauth2-authorization-code
            authorizationUrl: "{{auth.url}}/authorize"
            tokenUrl: "{{auth.url}}/token"
            clientAuthentication: body
          old:
            type: oauth1
            consumerKey: "{{auth.consumerKey}}"
            consumerSecret: "{{auth.consumerSecret}}"
            fields: [{name: consumerKey}, {name: consumerSecret, secret: true}]
            requestTokenUrl: "{{auth.url}}/oauth1/request"
            authorizationUrl: "{{auth.url}}/oauth1/authorize"
            accessTokenUrl: "{{auth.url}}/oauth1/access"
        """;

    @TempDir
    private Path directory;

    private final MockService server = MockService.start();
    private CommandRun connector;
    private String deviceError = "";

    @BeforeEach
    void start() {
        connector = new CommandRun(directory)
                .environment("CONNECTOR_FILMS_CLIENTSECRET", "canary-client-1")
                .environment("CONNECTOR_FILMS_CONSUMERSECRET", "canary-consumer-1");
        connector.write("films.yaml", DOCUMENT);
        server.on("GET", "/me", request -> {
            String credentials = request.header("Authorization").orElse("");
            boolean isValid = credentials.equals("Bearer canary-access-1")
                    || parameters(credentials.replaceFirst("^OAuth ", ""), ", ")
                            .getOrDefault("oauth_token", "")
                            .equals("\"canary-token-2\"");
            return isValid ? MockResponse.json("{}") : MockResponse.status(401);
        });
        server.on(
                "POST",
                "/device",
                MockResponse.json("{\"device_code\": \"canary-device-1\", \"user_code\": \"WDJB-MJHT\","
                        + " \"verification_uri\": \"https://films.example/device\", \"interval\": 0, \"expires_in\": 600,"
                        + " \"verification_uri_complete\": \"https://films.example/device?user_code=WDJB-MJHT\"}"));
        server.on("POST", "/token", this::token);
        server.on("POST", "/oauth1/request", this::requestToken);
        server.on("POST", "/oauth1/access", this::accessToken);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private MockResponse token(RecordedRequest request) {
        Map<String, String> form = parameters(request.body(), "&");
        if (!deviceError.isEmpty()) {
            return MockResponse.status(400).body("application/json", "{\"error\": \"" + deviceError + "\"}");
        }
        boolean isValid = "canary-client-1".equals(form.get("client_secret"))
                && ("canary-device-1".equals(form.get("device_code")) || "canary-code-1".equals(form.get("code")));
        return isValid
                ? MockResponse.json("{\"access_token\": \"canary-access-1\", \"token_type\": \"Bearer\"}")
                : MockResponse.status(400).body("application/json", "{\"error\": \"invalid_grant\"}");
    }

    private MockResponse requestToken(RecordedRequest request) {
        String callback = oauth1(request).getOrDefault("oauth_callback", "");
        return callback.equals("\"oob\"") || callback.equals("\"https://app.example.com/back\"")
                ? form("oauth_token=temporary-1&oauth_token_secret=canary-temporary-1&oauth_callback_confirmed=true")
                : MockResponse.status(400);
    }

    private MockResponse accessToken(RecordedRequest request) {
        Map<String, String> oauth = oauth1(request);
        return "\"temporary-1\"".equals(oauth.get("oauth_token"))
                        && "\"canary-verifier-1\"".equals(oauth.get("oauth_verifier"))
                        && oauth.containsKey("oauth_signature")
                ? form("oauth_token=canary-token-2&oauth_token_secret=canary-secret-2")
                : MockResponse.status(401);
    }

    private static MockResponse form(String body) {
        return MockResponse.status(200).body("application/x-www-form-urlencoded", body);
    }

    private static Map<String, String> oauth1(RecordedRequest request) {
        return parameters(request.header("Authorization").orElse("").replaceFirst("^OAuth ", ""), ", ");
    }

    private static Map<String, String> parameters(String text, String separator) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : text.split(separator, -1)) {
            String[] both = pair.split("=", 2);
            parameters.put(both[0], both.length == 1 ? "" : URLDecoder.decode(both[1], StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private Result run(String input, String command, String strategy, String... args) {
        String[] all = new String[args.length + 5];
        all[0] = command;
        all[1] = "films.yaml";
        all[2] = "--strategy=" + strategy;
        all[3] = "--value=url=" + server.baseUrl();
        all[4] = strategy.equals("old") ? "--value=consumerKey=key-1" : "--value=clientId=client-1";
        System.arraycopy(args, 0, all, 5, args.length);
        Result result = connector.runWithInput(input, all);
        assertThat(result.out() + result.err()).doesNotContain("canary-");
        return result;
    }

    private void isAuthorized(Result result, String strategy) {
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err()).contains("Authorized. The tokens are in films.tokens");
        Result test = run("", "test", strategy);
        assertThat(test.code()).as(test.err()).isZero();
    }

    @Test
    void deviceCode() throws Exception {
        Result result = run("", "authorize", "device", "--json");

        isAuthorized(result, "device");
        List<String> lines = result.out().lines().toList();
        JsonNode prompt = MAPPER.readTree(lines.get(0));
        assertThat(prompt.path("userCode").asText()).isEqualTo("WDJB-MJHT");
        assertThat(prompt.path("verificationUriComplete").asText()).endsWith("user_code=WDJB-MJHT");
        assertThat(lines.get(1)).isEqualTo("{\"authorized\":true}");
        assertThat(result.err()).contains("Waiting for the consent, at most 10 minutes.");
    }

    @Test
    void deviceCodeThatIsDenied() {
        deviceError = "access_denied";

        Result result = run("", "authorize", "device");

        assertThat(result.code()).isEqualTo(ExitCode.UNAUTHORIZED);
        assertThat(result.out())
                .contains(
                        "Open https://films.example/device and enter the code WDJB-MJHT",
                        "Or open https://films.example/device?user_code=WDJB-MJHT");
        assertThat(result.err()).contains("the user did not consent");
    }

    @Test
    void timeoutOfTheBrowserDoesNotAdviseToAuthorize() {
        Result result = run("", "authorize", "browser", "--timeout=PT0.05S");

        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.UNAUTHORIZED);
        assertThat(result.err())
                .contains("try again; --timeout sets how long to wait")
                .doesNotContain("connector authorize");
    }

    @ParameterizedTest
    @ValueSource(strings = {"canary-verifier-1", "?oauth_token=temporary-1&oauth_verifier=canary-verifier-1"})
    void oauth1WithCodeOrUrl(String pasted) {
        Result result = run(pasted + "\n", "authorize", "old");

        isAuthorized(result, "old");
        assertThat(result.out()).isEqualTo(server.baseUrl() + "/oauth1/authorize?oauth_token=temporary-1\n");
        assertThat(result.err()).contains("Paste the code that the service shows");
    }

    @Test
    void oauth1WithRedirectUri() {
        String redirect = "--redirect-uri=https://app.example.com/back";
        String url = "https://app.example.com/back?oauth_token=temporary-1&oauth_verifier=canary-verifier-1";
        isAuthorized(run(url + "\n", "authorize", "old", redirect), "old");

        Result denied = run("https://app.example.com/back?denied=temporary-1\n", "authorize", "old", redirect);
        assertThat(denied.code()).isEqualTo(ExitCode.UNAUTHORIZED);
        assertThat(run("nonsense\n", "authorize", "old").code()).isNotZero();
        assertThat(run("", "authorize", "old").code()).isEqualTo(ExitCode.USAGE);
        assertThat(run("\n\n\n", "form", "old").err()).contains("Next: connector authorize");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--manual", "--redirect-uri=https://app.example.com/callback"})
    void pastedUrl(String option) {
        String redirect = option.contains("=") ? option.replaceFirst(".*?=", "") : "http://127.0.0.1/callback";
        connector.reader((terminal, line) -> {
            if (line.contains("/authorize?")) {
                Map<String, String> query = parameters(URI.create(line).getRawQuery(), "&");
                assertThat(query).containsEntry("redirect_uri", redirect).containsEntry("client_id", "client-1");
                connector.type(redirect + "?code=canary-code-1&state=" + query.get("state"));
            }
        });
        isAuthorized(run("", "authorize", "browser", option), "browser");
        connector.reader((terminal, line) -> {});

        Result forged = run(redirect + "?code=canary-code-1&state=forged\n", "authorize", "browser", option);
        assertThat(forged.code()).isIn(ExitCode.FAILED, ExitCode.UNAUTHORIZED);
        assertThat(run("", "authorize", "browser", option).code()).isEqualTo(ExitCode.USAGE);
    }
}
