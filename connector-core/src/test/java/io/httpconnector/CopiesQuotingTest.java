package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.json.JsonSupport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is copied out means the same to a shell and an editor, and nothing else. */
class CopiesQuotingTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @TempDir
    static Path dir;

    /** A curl that writes down its arguments and its input. */
    @BeforeAll
    static void fakeCurl() throws IOException {
        assumeThat(Files.exists(Path.of("/bin/sh"))).isTrue();
        Path script = Files.writeString(
                dir.resolve("curl"),
                // No argument has a NUL, so it ends each of them.
                "#!/bin/sh\nprintf '%s\\0' \"$@\" > " + dir + "/arguments\n"
                        + "for a in \"$@\"; do if [ \"$a\" = '@-' ]; then cat > " + dir + "/input; fi; done\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    /** The arguments that a shell passes on, and behind them the input, if there is any. */
    private static List<String> run(String command) throws Exception {
        Files.deleteIfExists(dir.resolve("arguments"));
        Files.deleteIfExists(dir.resolve("input"));
        ProcessBuilder builder = new ProcessBuilder(
                        "/bin/sh",
                        Files.writeString(dir.resolve("command"), command).toString())
                .directory(dir.toFile())
                .redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.put("PATH", dir + ":" + environment.get("PATH"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(output).isEmpty();
        List<String> arguments = new ArrayList<>();
        String written = Files.readString(dir.resolve("arguments"));
        assertThat(written).endsWith("\0");
        arguments.addAll(List.of(written.substring(0, written.length() - 1).split("\0", -1)));
        if (Files.exists(dir.resolve("input"))) {
            arguments.add(Files.readString(dir.resolve("input")));
        }
        return arguments;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "`id`",
                "a|id",
                "a&id",
                "$HOME",
                "a'b'c",
                "a;b",
                "!x",
                "#x",
                "*",
                "~",
                "-o",
                "M-SEARCH",
                "x^y",
                "a`touch$IFS.x`"
            })
    void methodIsOneWord(String method) throws Exception {
        if (!NameValuePair.isToken(method)) {
            return;
        }
        assertThat(run(Request.of(method, "https://h/a").preview().asCurl()))
                .containsExactly("-X", method, "https://h/a");
        try (var files = Files.list(dir)) {
            assertThat(files.map(file -> file.getFileName().toString())).doesNotContain(".x");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "it's",
                "'; touch x; '",
                "$(id) `id` \\ \" !! $'a' ~ * ? # & | ; < >",
                "@/etc/passwd",
                "-d @/etc/passwd",
                "a\nb\n\nc\n",
                "\t\r\n",
                "nul \0 in the middle",
                "\0",
                "escape \u001b[201~\nid\n\u0003\u0004",
                "%s %d %% \\n \\\\ 100%",
                "--data\0\n'\\047",
                "é😀ß \u202e",
                "{\"a\": \"b\"}"
            })
    void bodyIsOneArgumentOrTheInput(String body) throws Exception {
        Request request = Request.post("https://h/a?b='c'&$d")
                .header("X-It", "it's `$x` @")
                .body(Body.text(body, "text/plain"));

        List<String> arguments = run(request.preview().asCurl());

        assertThat(arguments)
                .startsWith("-X", "POST", "https://h/a?b='c'&$d")
                .contains("X-It: it's `$x` @")
                .endsWith(body);
        assertThat(arguments).containsAnyOf("--data-raw", "--data-binary");
    }

    @Test
    void relativeUrlIsNoOption() throws Exception {
        assertThat(run(Request.get("-o").preview().asCurl())).containsExactly("-X", "GET", "--url", "-o");
        assertThat(run(Request.get("/a").header("X-Empty", " ").preview().asCurl()))
                .containsExactly("-X", "GET", "/a", "-H", "X-Empty;");
    }

    @Test
    void randomRequests() throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong());
        System.out.println("CopiesQuotingTest: -Dseed=" + seed);
        Random random = new Random(seed);
        String tokens = "!#$%&'*+-.^_`|~aZ0";
        for (int round = 0; round < 60; round++) {
            String method = "M" + random(random, tokens);
            String value = ("x" + random(random, " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\tab") + "x");
            StringBuilder body = new StringBuilder("b");
            for (int i = random.nextInt(40); i >= 0; i--) {
                int c = random.nextInt(3) == 0 ? random.nextInt(0x20) : random.nextInt(0x250);
                body.appendCodePoint(random.nextInt(10) == 0 ? 0x1f600 : c);
            }
            Request request = Request.of(method, "https://h/" + random(random, "-_~!$&'()*+,;=:@az/"))
                    .header("X-Value", value)
                    .body(Body.text(body.toString(), "text/plain"));
            Exchange exchange = request.preview();

            assertThat(run(exchange.asCurl()))
                    .as(exchange.asCurl())
                    .startsWith("-X", method, exchange.url())
                    .contains("X-Value: " + value)
                    .endsWith(body.toString());
        }
    }

    private static String random(Random random, String alphabet) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(15); i >= 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\n###\nDELETE https://h/b",
                "### x",
                "a\r### b",
                "a\u2028### b",
                "a\n  ### b",
                "< ./secret.txt",
                "a\n<@ ./secret.txt",
                "> {% client.log() %}",
                "a\n>> out.txt",
                "# @name x",
                "// comment",
                "@host = evil",
                "{{$processEnv HOME}}"
            })
    void httpFileHasOneRequest(String body) {
        String text = Request.post("https://h/a")
                .body(Body.text(body, "text/plain"))
                .preview()
                .asHttp();

        assertThat(text).isEqualTo("POST https://h/a\nContent-Type: text/plain\n\n< ./BODY\n");
    }

    @Test
    void httpFileKeepsOrdinaryBodies() {
        for (String body : List.of("{\n  \"a\": 1\n}", "<a>\n</a>", "a=b&c=d#e")) {
            assertThat(Request.post("https://h/a")
                            .body(Body.text(body, "text/plain"))
                            .preview()
                            .asHttp())
                    .endsWith("\n\n" + body + "\n");
        }
    }

    @Test
    void httpFileFillsInNoVariable() {
        Exchange exchange =
                Request.get("https://h/a").header("X-V", "{{$processEnv HOME}}").preview();
        assertThat(exchange.asHttp().lines().filter(line -> !line.startsWith("#")))
                .noneMatch(line -> line.contains("{{"));
        assertThat(Request.of("###", "https://h/a").preview().asHttp())
                .startsWith("# ")
                .doesNotStartWith("###");
    }

    @Test
    void archiveIsJsonWhateverItHolds() {
        service.stubFor(any(anyUrl()).willReturn(okJson("\"\\u0000 \\u001b </script> \u2028 \"")));
        try (HttpConnection connection =
                HttpConnection.named("S").baseUrl(service.baseUrl()).build()) {
            String har = connection
                    .send(Request.of("a|b", "/x?a=%00%22")
                            .body(Body.text("\0\"\\", "text/plain"))
                            .named("n\"'"))
                    .exchange()
                    .asHar();

            assertThat(JsonSupport.parse(har)
                            .at("/log/entries/0/request/method")
                            .asText())
                    .isEqualTo("a|b");
        }
    }

    @Test
    void streamStaysAFile() throws Exception {
        Body stream = Body.stream(() -> new ByteArrayInputStream(new byte[3]), "a/b");
        assertThat(run(Request.put("https://h/a").body(stream).preview().asCurl()))
                .endsWith("--data-binary", "@BODY");
    }

    /** With the real curl, through a shell, to a real server. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "ISO-8859-1", "windows-1252", "UTF-16LE", "UTF-16BE"})
    void curlSendsTheSameBytes(String charset) throws Exception {
        assumeThat(new ProcessBuilder("sh", "-c", "command -v curl").start().waitFor())
                .isZero();
        for (String text :
                List.of("caf\u00e9 \u00fc%s\\n'", "\uFEFF{\"a\": \"b\"}", "\uFEFFa=\u00e9", "plain", "a\r\nb\r\n")) {
            boolean isMarkedUtf16 = charset.startsWith("UTF-16") && text.startsWith("\uFEFF");
            if (isMarkedUtf16
                    || !java.nio.charset.Charset.forName(charset).newEncoder().canEncode(text)) {
                continue;
            }
            byte[] bytes = text.getBytes(charset);
            service.resetAll();
            service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
            Request request =
                    Request.post(service.baseUrl() + "/x").body(Body.bytes(bytes, "text/plain; charset=" + charset));
            Process process = new ProcessBuilder("sh", "-c", request.preview().asCurl() + " --silent --max-time 20")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(process.waitFor(30, java.util.concurrent.TimeUnit.SECONDS))
                    .isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(service.getAllServeEvents()).hasSize(1);
            assertThat(service.getAllServeEvents().get(0).getRequest().getBody())
                    .as(request.preview().asCurl())
                    .isEqualTo(bytes);
        }
    }
}
