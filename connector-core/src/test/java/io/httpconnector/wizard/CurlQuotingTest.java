package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands as browsers copy them and people write them for each shell, compared with what curl sends for their arguments. */
class CurlQuotingTest {

    private enum Shell {
        POSIX(" \\\n  ", word -> "'" + word.replace("'", "'\\''") + "'"),
        ANSI(
                " \\\n  ",
                word -> "$'"
                        + word.replace("\\", "\\\\")
                                .replace("'", "\\'")
                                .replace("\n", "\\n")
                                .replace("!", "\\u0021")
                        + "'"),
        /** Chrome: carets before each special character, and a line feed as an escaped end of line. */
        CHROME_CMD(
                " ^\r\n  ",
                word -> "^\""
                        + word.replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replaceAll("[^a-zA-Z0-9\\s_\\-:=+~'/.',?;()*`]", "^$0")
                                .replaceAll("%(?=[a-zA-Z0-9_])", "%^")
                                .replace("\n", "^\n\n")
                        + "^\""),
        /** Older Firefox: doubled quotes, and percent signs and line feeds between two quoted strings. */
        FIREFOX_CMD(
                " ",
                word -> "\""
                        + word.replace("\\", "\\\\")
                                .replace("\"", "\"\"")
                                .replace("%", "\"%\"")
                                .replace("\n", "\"^\r\n\r\n\"")
                        + "\""),
        POWER_SHELL(" `\r\n  ", word -> "'" + word.replace("'", "''") + "'"),
        WINDOWS_POWER_SHELL(
                " `\n  ",
                word -> "\""
                        + word.replace("\\", "\\\\")
                                .replace("`", "``")
                                .replace("$", "`$")
                                .replace("\"", "\\`\"")
                                .replace("\n", "`n")
                        + "\"");

        private final String continuation;

        @SuppressWarnings("ImmutableEnumChecker") // The functions have no state.
        private final UnaryOperator<String> quoting;

        Shell(String continuation, UnaryOperator<String> quoting) {
            this.continuation = continuation;
            this.quoting = quoting;
        }

        String command(List<String> arguments) {
            StringBuilder command = new StringBuilder("curl");
            for (String argument : arguments) {
                boolean isOption = argument.matches("--?[A-Za-z-]+");
                command.append(isOption ? continuation : " ").append(isOption ? argument : quoting.apply(argument));
            }
            return command.toString();
        }
    }

    private static final String JSON = "Content-Type: application/json";

    static Stream<List<String>> arguments() {
        return Stream.of(
                List.of("BASE/a?b=1&c=50%25", "-H", "X-A: a|b<c>d^e!f(g){h}[i]"),
                List.of("BASE/a", "-H", JSON, "--data-raw", "{\"t\":\"x\\\"y\",\"n\":[1,\"2\"]}"),
                List.of("BASE/a", "-H", JSON, "--data-raw", "[{\"a b\":\"c 'd' e\"}]"),
                List.of("BASE/a", "-H", "Content-Type: text/plain", "--data-raw", "line1\nline2 \"quoted\""),
                List.of("BASE/a", "-X", "DELETE", "-H", "X-A: it's 100% `ok` #1 @home"),
                List.of("BASE/a", "-H", "X-A: $NOT %PATH% & \"q\" ; x"),
                List.of(
                        "BASE/a",
                        "-d",
                        "a=1",
                        "--next",
                        "BASE/b",
                        "-H",
                        "X-A:2",
                        "--next",
                        "-X",
                        "PUT",
                        "BASE/c?d=1&e"),
                List.of("-H", "X-A: 1", "BASE/a", "BASE/b", "--next", "-d", "x", "BASE/c", "--next", "BASE/d"),
                List.of("-G", "BASE/s", "-d", "q=x", "--data-urlencode", "r=y&z", "--next", "-I", "BASE/head"));
    }

    private final List<String> received = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private String base;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::record);
        server.start();
        base = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void record(HttpExchange exchange) throws IOException {
        received.add(String.join(
                " ",
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders().getFirst("X-A"),
                exchange.getRequestHeaders().getFirst("Content-Type"),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    private List<String> receivedSoFar() {
        List<String> all = List.copyOf(received);
        received.clear();
        return all;
    }

    @ParameterizedTest
    @MethodSource("arguments")
    void eachShellSendsWhatCurlSends(List<String> template) throws Exception {
        List<String> arguments =
                template.stream().map(one -> one.replace("BASE", base)).toList();
        List<String> program = new ArrayList<>(List.of("curl", "-sS"));
        program.addAll(arguments);
        try {
            Process curl = new ProcessBuilder(program).redirectErrorStream(true).start();
            assertThat(curl.getInputStream().readAllBytes()).isNotNull();
            assertThat(curl.waitFor()).isZero();
        } catch (IOException e) {
            abort("curl is not installed");
        }
        List<String> byCurl = receivedSoFar();

        try (HttpConnection connection = HttpConnection.named("S").baseUrl(base).build()) {
            for (Shell shell : Shell.values()) {
                String command = shell.command(arguments);
                for (Recommendation one : RecommendationSources.curl(command).all()) {
                    RequestWizard.of(connection).get("/other").use(one).send();
                }
                assertThat(receivedSoFar()).as("%s: %s", shell, command).isEqualTo(byCurl);
            }
        }
    }

    @Test
    void variablesOfWindowsShellsBecomePills() {
        assertThat(RecommendationSources.curl(
                                "curl ^\"http://h/%SHOP_ID%/caf%C3%A9^\" ^\n -H ^\"X-A: %NAME% 5%^\" -H ^\"X-B: ^%NAME^%^\"")
                        .all()
                        .get(0)
                        .definition()
                        .toString())
                .contains("/{{input.SHOP_ID}}/caf%C3%A9", "\"{{input.NAME}} 5%\"", "\"%NAME%\"");
        assertThat(RecommendationSources.curl("PS C:\\> curl.exe \"http://h/$id/${env:SHOP}\" `\n -H 'X-A: $id'")
                        .all()
                        .get(0)
                        .definition()
                        .toString())
                .contains("/{{input.id}}/{{input.SHOP}}", "\"$id\"");
    }

    @Test
    void hereStringOfPowerShell() {
        for (String quote : List.of("'", "\"")) {
            String command = "curl.exe http://h/a -H \"%s\" `\n --json @%s\n{\"a\": \"it's\"}\n%s@ | ConvertFrom-Json"
                    .formatted(JSON, quote, quote);

            Recommendation read = RecommendationSources.curl(command).all().get(0);

            assertThat(read.definition().at("/body/json/a").asText()).isEqualTo("it's");
            assertThat(read.notes()).containsExactly("what follows the command is not imported: | ConvertFrom-Json");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"curl ^\"http://h/a^\"\r\necho curl done\r\n", "curl.exe 'http://h/a' `\n -v\necho curl done"})
    void otherCommandsOfWindowsShellsAreNoRequests(String text) {
        List<Recommendation> all = RecommendationSources.curl(text).all();

        assertThat(all).hasSize(1);
        assertThat(all.get(0).notes()).contains("what follows the command is not imported: echo curl done");
    }

    @Test
    void allRequestsCopiedByABrowserForWindows() {
        assertThat(RecommendationSources.curl(
                                "curl ^\"http://h/a^\" ^\r\n  -H ^\"X-A: ^&^\" &\r\ncurl ^\"http://h/b^\" && curl h/c")
                        .all())
                .extracting(one -> one.definition().path("url").asText() + one.notes())
                .containsExactly("/a[]", "/b[]", "/c[]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Invoke-WebRequest -UseBasicParsing -Uri \"http://h/a\" `\r\n-Method \"POST\" `\r\n-Body \"{`\"a`\":1}\"",
                "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\r\nInvoke-WebRequest -Uri \"http://h/a\"",
                "$response = Invoke-RestMethod 'http://h/a' -Method 'GET'"
            })
    void requestOfPowerShellIsRefusedWithAdvice(String text) {
        assertThatThrownBy(() -> RecommendationSources.imported(text))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("of PowerShell is not supported: copy the request as cURL");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl.exe http://h -H \"X: $(id)\" `\n -v",
                "curl.exe http://h `\n -H 'X",
                "curl.exe http://h -d (Get-Content a) `\n -v",
                "curl.exe http://h -d a`"
            })
    void expressionsOfPowerShellAreRefused(String text) {
        assertThatThrownBy(() -> RecommendationSources.curl(text)).isInstanceOf(InvalidDefinitionException.class);
    }
}
