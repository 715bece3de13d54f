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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
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
                "curl -H 'X-Empty;' -H X-B:2 URL"
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
        for (String name : List.of("X-A", "X-B", "X-Empty", "Accept", "Referer")) {
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
                "curl http://h -d @body.json      ! character 18: the body is in a file",
                "curl http://h --data-urlencode q@f ! character 32: the value is in a file",
                "curl http://h -T file            ! character 15: the option -T is not supported",
                "curl http://h --next http://i    ! character 15: the option --next is not supported",
                "curl http://h http://i           ! character 15: several URLs",
                "curl http://h -H 'X: $HOME' -d \"$X\" ! character 33: shell variables",
                "curl http://h | jq .             ! character 15: \"|\" has a special meaning",
                "curl http://h > out              ! character 15: \">\" has a special meaning",
                "curl http://h -d `id`            ! character 18: shell variables and command",
                "curl http://h -d 'x              ! character 18: missing closing quote",
                "curl http://h -d \"x             ! character 18: missing closing quote",
                "curl http://h -d $'x             ! character 18: missing closing quote",
                "curl http://h -d $'\\xzz'        ! not a valid character code",
                "curl 'http://h/{a,b}'            ! character 6: brackets and braces stand for several URLs",
                "curl ftp://h/                    ! character 6: not an HTTP URL",
                "curl http://h -H nonsense        ! character 18: not a header",
                "curl http://h -F 'a=<f'          ! character 18: a part from a file",
                "curl http://h -F 'a=x;y'         ! character 18: a part from a file",
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
