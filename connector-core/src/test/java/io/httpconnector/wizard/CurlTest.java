package io.httpconnector.wizard;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.http.Request.Part;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CurlTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static Recommendation read(String command) {
        return RecommendationSources.curl(command).all().get(0);
    }

    private static JsonNode definition(String command) {
        return read(command).definition();
    }

    /** What the real curl sends, our request sends too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl 'URL/a/b?x=1&y=a%20b' -H 'X-A: 1'",
                "curl -X DELETE URL/a",
                "curl -XPUT -d a=1 -d 'b=2&c=%26' URL/a",
                "curl URL/a -d 'a=b c+d'",
                "curl -G URL/a?z=1 -d a=1 --data-urlencode 'q=x & y'",
                "curl -G URL/a --data-urlencode 'q=a-b.c_d~e'",
                "curl --json '{\"a\": [1, 2.50], \"b\": null}' URL/a",
                "curl URL -H 'Content-Type: application/json' --data-raw $'{\"a\": \"it\\'s \\u00fc \\\\n\"}'",
                "curl URL -H \"Content-Type: application/json\" -d \"{\\\"a\\\": \\\"\\\\\\\\ {{x}}\\\","
                        + " \\\"\\$each\\\": 1}\"",
                "curl URL -H 'Content-Type: text/plain' --data-binary 'a\n b {{c}}'",
                "curl URL -d 'plain text'",
                "curl -F a=1 -F 'b=x y' --form-string 'c=@d;type=x' URL/up",
                "curl \\\n  -sS \\\n -H 'Accept: x/y' 'URL/a'",
                "curl -A agent/1 -e http://ref.example/ URL/",
                "curl -I URL/head",
                "curl URL/a --url-query 'q=x y' --url-query +r=%41",
                "curl -H 'X-Empty;' -H X-B:2 URL",
                "curl URL/a -d $'caf\\xc3\\xa9 \\303\\274 \\u00fc'",
                "curl URL/a -F 'a=\"x;y\"' -F 'b=\"q\\\"z\"' -F 'c= padded ' -F 'd=v;type=text/x-d;charset=utf-8'",
                "# a comment\ncurl URL/a \\\n   -d a=1 # more",
                "curl URL/a -d @- <<'EOF'\na=1&b=2\nEOF",
                "curl URL/a -H 'Content-Type: text/plain' --data-binary @- <<< 'line'",
                "curl URL/a/./b/../c?d=1",
                "curl URL/a -r 100 -e 'http://r.example/;auto' | cat > /dev/null 2>&1",
                "curl URL/a -H 'Content-Type: application/x-www-form-urlencoded; charset=UTF-8' -d a=1"
            })
    void sendsWhatCurlSends(String command) throws Exception {
        assumeTrue(hasCurl(), "curl is not installed");
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        String real = command.replace("URL", service.baseUrl());
        Process process = new ProcessBuilder("bash", "-c", real).start();
        assertThat(process.getInputStream().readAllBytes()).isNotNull();
        assertThat(process.waitFor()).isZero();
        LoggedRequest curl = service.findAll(anyRequestedFor(anyUrl())).get(0);
        service.resetRequests();
        try (HttpConnection connection =
                HttpConnection.named("S").baseUrl(service.baseUrl()).build()) {
            RequestDraft draft = RequestWizard.of(connection).get("/other").use(read(real));
            assertThat(draft.send().status()).hasValue(200);
        }
        LoggedRequest ours = service.findAll(anyRequestedFor(anyUrl())).get(0);

        assertThat(ours.getMethod()).isEqualTo(curl.getMethod());
        assertThat(ours.getUrl().replace("%20", "+"))
                .isEqualTo(curl.getUrl().replace("%20", "+").replace("%41", "A"));
        for (String name : List.of("X-A", "X-B", "X-Empty", "Accept", "Referer", "Range")) {
            if (curl.containsHeader(name) && !"*/*".equals(curl.getHeader(name))) {
                assertThat(ours.getHeader(name)).as(name).isEqualTo(curl.getHeader(name));
            }
        }
        if (curl.isMultipart()) {
            assertThat(ours.getParts().stream().map(CurlTest::shown))
                    .containsExactlyInAnyOrderElementsOf(
                            curl.getParts().stream().map(CurlTest::shown).toList());
        } else if (curl.getBodyAsString().startsWith("{")) {
            assertThat(JsonSupport.parse(ours.getBodyAsString())).isEqualTo(JsonSupport.parse(curl.getBodyAsString()));
            assertThat(ours.getHeader("Content-Type")).isEqualTo(curl.getHeader("Content-Type"));
        } else {
            assertThat(ours.getBodyAsString())
                    .isEqualTo(curl.getBodyAsString()
                            .replace(" ", curl.getBodyAsString().contains("=") ? "%20" : " ")
                            .replace("c+d", "c%20d"));
            assertThat(ours.getHeader("Content-Type")).isEqualTo(curl.getHeader("Content-Type"));
        }
    }

    private static String shown(Part part) {
        return part.getName() + "=" + part.getBody().asString();
    }

    private static boolean hasCurl() throws InterruptedException {
        try {
            return new ProcessBuilder("bash", "-c", "curl --version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void credentialsAndConnectionBecomeNotes() {
        Recommendation read =
                read("curl -k -L --compressed -u 'me:s3cret' -b 'sid=s3cret' -H 'Authorization: Bearer s3cret'"
                        + " -H 'X-Api-Key: s3cret' -x proxy:80 -o out.json"
                        + " 'https://user:s3cret@api.example.com/a?access_token=s3cret&b=1' -m 2.5");

        assertThat(read.definition()).isEqualTo(JsonSupport.parse("""
                {"method": "GET", "url": "/a", "query": [{"name": "b", "value": "1"}], "timeout": "PT2.5S"}"""));
        assertThat(read.notes())
                .containsExactlyInAnyOrder(
                        "--insecure is determined by the connection",
                        "--location is determined by the connection",
                        "--compressed is determined by the connection",
                        "--proxy is determined by the connection",
                        "--output only affects curl's output",
                        "--user is left out: configure the credentials in the connection's auth strategy",
                        "--cookie is left out: configure the credentials in the connection's auth strategy",
                        "the user in the URL is left out: configure the credentials in the connection's auth strategy",
                        "the header Authorization is left out: configure the credentials in the connection's auth strategy",
                        "the header X-Api-Key is left out: configure the credentials in the connection's auth strategy",
                        "the query parameter access_token is left out: configure the credentials in the"
                                + " connection's auth strategy");
        assertThat(read).asString().doesNotContain("s3cret");
    }

    @Test
    void fileOfAFormBecomesAPill() {
        assertThat(definition("curl -F 'doc=@/tmp/plan.pdf;type=application/pdf' http://h/a"))
                .isEqualTo(JsonSupport.parse("""
                        {"method": "POST", "url": "/a", "body": {"multipart": [
                          {"name": "doc", "value": "{{file.doc}}", "fileName": "plan.pdf", "contentType": "application/pdf"}]}}"""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "wget http://h                    ! character 1: the command must start with curl",
                "curl                             ! the URL is missing",
                "curl -X                          ! character 6: the option -X requires a value",
                "curl http://h --data-urlencode q@f ! character 32: the file f is not read: permit its directory",
                "curl http://h -T f -d a          ! character 18: -T excludes another body",
                "curl http://h -I -d a            ! character 15: -I excludes a body",
                "curl http://h -K f               ! character 18: the file f is not read: permit its directory",
                "curl http://h -H @f              ! character 18: the file f is not read: permit its directory",
                "curl http://h -d a=1 -d @f       ! character 25: the body is in a file and in options",
                "curl http://h -d \"$1\"           ! character 19: command substitutions",
                "curl http://h (a)                ! character 15: \"(\" has a special meaning",
                "curl http://h -d `id`            ! character 18: command substitutions",
                "curl http://h -d <(id)           ! character 18: this redirection is not supported",
                "curl http://h -d $'\\xff'        ! character 18: the bytes are not text in UTF-8",
                "curl http://h -d $'\\ud83d'      ! not a valid character code",
                "curl http://h -d @- <<EOF        ! character 21: the here-document has no end: EOF",
                "curl ftp.example.com             ! character 6: not an HTTP URL",
                "curl http://h/../a --path-as-is  ! character 6: dot segments in the path are not supported",
                "curl http://h -F 'a=@f;type=x'   ! character 18: not a media type: x",
                "curl http://h -d 'x              ! character 18: missing closing quote",
                "curl http://h -d \"x             ! character 18: missing closing quote",
                "curl http://h -d $'x             ! character 18: missing closing quote",
                "curl http://h -d $'\\xzz'        ! not a valid character code",
                "curl 'http://h/{a,b}'            ! character 6: brackets and braces stand for several URLs",
                "curl ftp://h/                    ! character 6: not an HTTP URL",
                "curl http://h -H nonsense        ! character 18: not a header",
                "curl http://h -F a               ! character 18: not a field",
                "curl http://h -F a=1 -d b=2      ! character 18: -d and -F exclude each other",
                "curl http://h -m soon            ! --max-time: not a number of seconds"
            })
    void whatCanNotBeHonouredIsRefusedWithItsPosition(String command, String message) {
        assertThatThrownBy(() -> RecommendationSources.curl(command))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "'http://h/a?q=50%+off&r=100%'          ! /a        ! [{'name':'q','value':'50%"
                        + " off'},{'name':'r','value':'100%'}]",
                "'http://h/a?q=%zz&r=%C3%A9'            ! /a        ! [{'name':'q','value':'%zz'},{'name':'r','value':'é'}]",
                "'http://h/a?a=%E4&b=50%+off'           ! /a?a=%E4&b=50%25+off !",
                "'http://h/a?flag&x=1'                  ! /a?flag&x=1 !",
                "'http://h/a?x=1#frag?y=2'              ! /a        ! [{'name':'x','value':'1'}]",
                "-G http://h/a#frag -d q=1              ! /a        ! [{'name':'q','value':'1'}]",
                "-G 'http://h/a?z=1#frag' -d q=1 -d r=2 ! /a        !"
                        + " [{'name':'z','value':'1'},{'name':'q','value':'1'},{'name':'r','value':'2'}]",
                "-G 'http://h/a?' -d q=1                ! /a        ! [{'name':'q','value':'1'}]",
                "-G http://h/a -d a=%E4                 ! /a?a=%E4  !",
                "-G http://h#x --data-urlencode 'q=50% & more' ! /  ! [{'name':'q','value':'50% & more'}]",
                "http://h/100%/%zz/%41                  ! /100%25/%25zz/%41 !",
                "http://h/a#x --url-query q=50%         ! /a        ! [{'name':'q','value':'50%'}]"
            })
    void percentSignsAndFragments(String arguments, String url, String query) {
        JsonNode read = definition("curl " + arguments.strip());

        assertThat(read.path("url").asText()).isEqualTo(url.strip());
        assertThat(
                        read.path("query").isMissingNode()
                                ? ""
                                : read.path("query").toString().replace('"', '\''))
                .isEqualTo(query == null ? "" : query.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=%E4", "x=%41&y=%E4%F6", "flag&x=1", "a=%E4&b=50%+off"})
    void formThatIsNoUtf8IsSentAsItIs(String body) throws IOException {
        List<String> received = new CopyOnWriteArrayList<>();
        // WireMock answers 500 to such a form.
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String content = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
            received.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Content-Type") + " " + content);
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        try (HttpConnection connection = HttpConnection.named("S")
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .build()) {
            RequestWizard.of(connection)
                    .get("/")
                    .use(read("curl http://h/ -d '" + body + "'"))
                    .send();
            RequestWizard.of(connection)
                    .get("/x")
                    .use(read("curl 'http://h/x?a=%E4'"))
                    .send();
        } finally {
            server.stop(0);
        }

        assertThat(received).containsExactly("POST / application/x-www-form-urlencoded " + body, "GET /x?a=%E4 null ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "-F 'f=@a.png,b.txt;type=text/csv;charset=x' ! multipart ! [{'name':'f','value':'{{file.f}}','fileName':'a.png','contentType':'image/png'},"
                        + "{'name':'f','value':'{{file.f_2}}','fileName':'b.txt','contentType':'text/csv;charset=x'}]",
                "-F 'f=@\"a;b.PDF\";filename=\"c\"' ! multipart ! [{'name':'f','value':'{{file.f}}','fileName':'c','contentType':'application/pdf'}]",
                "-F 'f=<a.html' ! multipart ! [{'name':'f','value':'{{file.f}}','contentType':'text/html'}]",
                "-F 'f=<a.txt' ! multipart ! [{'name':'f','value':'{{file.f}}'}]",
                "-F 'f=@a.txt;filename=b.bin' ! multipart ! [{'name':'f','value':'{{file.f}}','fileName':'b.bin','contentType':'text/plain'}]",
                "-F 'f=@a.txt;filename=b.png' ! multipart ! [{'name':'f','value':'{{file.f}}','fileName':'b.png','contentType':'image/png'}]",
                "-F 'f=text;filename=n.xml' ! multipart ! [{'name':'f','value':'text','fileName':'n.xml','contentType':'application/xml'}]",
                "-d @body.json -H 'Content-Type: application/json' ! bytes ! '{{file.content}}'",
                "-T up.bin ! bytes ! '{{file.content}}'",
                "-d \"a=$X&b=${Y}\" ! form ! [{'name':'a','value':'{{input.X}}'},{'name':'b','value':'{{input.Y}}'}]",
                "--json \"{\\\"a\\\": \\\"$X\\\"}\" ! json ! {'a':'{{input.X}}'}"
            })
    void bodiesWithFilesAndVariables(String arguments, String member, String expected) {
        assertThat(definition("curl http://h/a " + arguments)
                        .path("body")
                        .path(member)
                        .toString()
                        .replace('"', '\''))
                .isEqualTo(expected);
    }

    @Test
    void variablesAndPlaceholdersBecomePills() {
        Recommendation read =
                read("curl \"$BASE/v1/{id}/items?q=$Q\" -H \"X-Trace: ${TRACE}\" -H \"Authorization: Bearer $TOKEN\"");

        assertThat(read.definition()).isEqualTo(JsonSupport.parse("""
                {"method": "GET", "url": "/v1/{{input.id}}/items", "query": [{"name": "q", "value": "{{input.Q}}"}],
                 "headers": [{"name": "X-Trace", "value": "{{input.TRACE}}"}]}"""));
        assertThat(read.notes())
                .containsExactlyInAnyOrder(
                        "the header Authorization is left out: configure the credentials in the connection's auth strategy",
                        "the variable id is the pill {{input.id}}",
                        "the variable Q is the pill {{input.Q}}",
                        "the variable TRACE is the pill {{input.TRACE}}");
    }

    @Test
    void severalRequests() {
        List<Recommendation> all = RecommendationSources.curl("""
                        $ curl http://h/a http://h/b \\
                        > -d x=1 --next http://h/c --next -T f.txt http://h/d/
                        curl http://h/e && curl http://h/f; echo done
                        """).all();

        assertThat(all)
                .extracting(one -> one.definition().path("method").asText() + " "
                        + one.definition().path("url").asText())
                .containsExactly("POST /a", "POST /b", "GET /c", "PUT /d/f.txt", "GET /e", "GET /f");
        assertThat(all.get(5).notes()).containsExactly("what follows the command is not imported: ; echo done");
    }

    @Test
    void whatIsNotPartOfTheRequestIsNoted() {
        assertThat(
                        read("curl http://h/a -F a=1 -H 'Content-Type: application/json' -F 'b=x;y;headers=\"X: 1\"' --no-keepalive | jq .")
                                .notes())
                .containsExactlyInAnyOrder(
                        "the parts are sent as multipart/form-data and not as application/json",
                        "the attribute y of the part b is not imported",
                        "the attribute headers=\"X: 1\" of the part b is not imported",
                        "--no-keepalive is determined by the connection",
                        "what follows the command is not imported: | jq .");
        assertThatThrownBy(() -> RecommendationSources.curl("curl http://h\n  -d a=1"))
                .hasMessageContaining("the line before is complete: end it with a backslash to continue it");
        assertThatThrownBy(() -> RecommendationSources.curl("curl http://h \\ \n  -d a=1"))
                .hasMessageContaining("blanks follow the backslash");
    }

    @Test
    void filesOfThePermittedDirectory(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("body.json"), "{\"a\":\r\n 1}\n");
        Files.writeString(directory.resolve("q"), "x & y");
        Files.writeString(
                directory.resolve("config"),
                "# comment\nurl = \"http://h/a\"\n-d @body.json\nheader: \"X-A: \\\"1\\\"\"\n");
        Files.writeString(directory.resolve("headers"), "X-B: 2\n\nX-C: 3\n");

        assertThat(RecommendationSources.curl(
                                "curl -K config -H @headers -H 'Content-Type: application/json' --url-query q@q",
                                directory)
                        .all()
                        .get(0)
                        .definition())
                .isEqualTo(JsonSupport.parse("""
                        {"method": "POST", "url": "/a", "query": [{"name": "q", "value": "x & y"}],
                         "headers": [{"name": "X-A", "value": "\\"1\\""}, {"name": "X-B", "value": "2"}, {"name": "X-C", "value": "3"}],
                         "body": {"json": {"a": 1}}}"""));
        for (String name : List.of("../outside", "/etc/passwd", "missing", ".")) {
            assertThatThrownBy(() -> RecommendationSources.curl("curl http://h -d @" + name, directory))
                    .as(name)
                    .isInstanceOf(InvalidDefinitionException.class);
        }
    }

    @Test
    void commandPromptOfWindows() {
        Recommendation read = read(
                "curl ^\"http://h/a?b=1^&c=2^\" ^\r\n  -H ^\"X-A: 50^%^\" ^\r\n  --data-raw ^\"^{^\\^\"t^\\^\":^\\^\"xy^\\^\"^}^\"");

        assertThat(read.definition().path("url").asText()).isEqualTo("/a");
        assertThat(read.definition().path("query")).hasSize(2);
        assertThat(read.definition().at("/headers/0/value").asText()).isEqualTo("50%");
        assertThat(read.definition().at("/body/text").asText()).isEqualTo("{\"t\":\"xy\"}");
    }

    @Test
    void bracesAreNoPills() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        try (HttpConnection connection =
                HttpConnection.named("S").baseUrl(service.baseUrl()).build()) {
            RequestWizard.of(connection)
                    .get("/")
                    .use(read("curl http://h/ -H 'X-T: {{a}}' --json '{\"t\": \"{{b}}\", \"{{c}}\": {\"$each\": []}}'"))
                    .sampleValues(Pills.of("a", Map.of()))
                    .send();
        }

        LoggedRequest request = service.findAll(anyRequestedFor(anyUrl())).get(0);
        assertThat(request.getHeader("X-T")).isEqualTo("{{a}}");
        assertThat(request.getBodyAsString()).isEqualTo("{\"t\":\"{{b}}\",\"{{c}}\":{\"$each\":[]}}");
    }

    @Test
    void removedAndEmptyHeadersAreWhatCurlMakesOfThem() {
        Recommendation removed = RecommendationSources.curl(
                        "curl https://h/a -H 'Content-Type:' -H 'Accept:' -A me -H 'User-Agent:' -H 'Host:"
                                + " other' -H 'X-Empty;' -H 'X-B ;' --json '{\"a\":1}'")
                .all()
                .get(0);

        assertThat(removed.definition().path("headers").toString())
                .isEqualTo("[{\"name\":\"X-Empty\",\"value\":\"\"},{\"name\":\"X-B\",\"value\":\"\"}]");
        assertThat(removed.definition().path("body").toString())
                .isEqualTo("{\"text\":\"{\\\"a\\\":1}\",\"contentType\":\"application/octet-stream\"}");
        assertThat(removed.notes())
                .anyMatch(note -> note.contains("Host") && note.contains("base URL"))
                .anyMatch(note -> note.contains("without Content-Type"))
                .anyMatch(note -> note.equals("the header Accept is not sent"));
    }
}
