package io.httpconnector.template;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.http.Request.Part;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What arrives at the server when values are put into each place. */
class PlacesTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private HttpConnection connection;

    @BeforeEach
    void connect() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        connection = HttpConnection.named("Service")
                .baseUrl("http://localhost:" + service.getPort())
                .build();
    }

    @AfterEach
    void close() {
        connection.close();
    }

    private LoggedRequest send(RequestTemplateBuilder template, Map<String, ?> values) {
        connection.send(template.build().render("v", values));
        List<LoggedRequest> requests = service.findAll(anyRequestedFor(anyUrl()));
        return requests.get(requests.size() - 1);
    }

    private static RenderException refused(RequestTemplateBuilder builder, Map<String, ?> values) {
        RequestTemplate template = builder.build();
        return catchThrowableOfType(RenderException.class, () -> template.render("v", values));
    }

    private static List<TemplateProblem> problems(RequestTemplateBuilder builder) {
        return catchThrowableOfType(InvalidTemplateException.class, builder::build)
                .details();
    }

    private static RequestTemplateBuilder template() {
        return RequestTemplate.named("T");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "/a/{{v.x}}                          ! a b/c  ! /a/a%20b%2Fc",
                "/a/{{v.x | path}}/z                 ! a b/c  ! /a/a%20b/c/z",
                "/a?x={{v.x}}&y={{v.none | omit}}    ! 1&y=2  ! /a?x=1%26y%3D2",
                "/a?y={{v.none | omit}}              ! 1      ! /a",
                "/a?{{v.x}}                          ! k=v    ! /a?k%3Dv",
                "/a?y=p{{v.none | omit}}s&z=1        ! 1      ! /a?z=1",
                "/{{'{{'}}{{v.x}}                    ! *~     ! /%7B%7B%2A~",
                "/a/id-{{v.x}}?q=%20+                ! ü      ! /a/id-%C3%BC?q=%20+"
            })
    void url(String url, String value, String sent) {
        assertThat(send(template().get(url), Map.of("x", value)).getUrl()).isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/../b", "/a", "a/", "a//b", "./a", "a/."})
    void pathOfSeveralSegmentsStaysBelow(String value) {
        assertThat(refused(template().get("/files/{{v.x | path}}"), Map.of("x", value)))
                .hasMessageContaining("which would change the path");
    }

    @Test
    void hostMayBeAPillWhenItIsOneOfTheAllowed() {
        RequestTemplateBuilder shop = template()
                .get("http://{{v.shop}}:" + service.getPort() + "/admin")
                .hosts("localhost", "*.myshopify.com");

        assertThat(shop.build()
                        .render("v", Map.of("shop", "acme.myshopify.com"))
                        .uri())
                .hasHost("acme.myshopify.com");
        assertThat(send(shop, Map.of("shop", "LOCALHOST")).getUrl()).isEqualTo("/admin");
        for (String evil :
                List.of("evil.com", "evilmyshopify.com", "myshopify.com.evil.com", "a.".repeat(20_000) + "a")) {
            assertThat(refused(shop, Map.of("shop", evil))).hasMessageContaining("the host is not one of the allowed");
        }
        for (String evil : List.of("evil.com/x.myshopify.com", "a@localhost", "localhost:1", "", "evil.com#", "..")) {
            assertThat(refused(shop, Map.of("shop", evil))).hasMessageContaining("is not part of a valid host name");
        }
        assertThat(problems(template().get("{{v.scheme}}://localhost/").hosts("localhost")))
                .extracting(TemplateProblem::code)
                .contains(TemplateProblem.Code.MISPLACED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "REPEAT   ! /?id=a%20b&id=2&id=c%26d",
                "BRACKETS ! /?id%5B%5D=a%20b&id%5B%5D=2&id%5B%5D=c%26d",
                "INDICES  ! /?id%5B0%5D=a%20b&id%5B1%5D=2&id%5B2%5D=c%26d",
                "COMMA    ! /?id=a%20b%2C2%2Cc%26d",
                "PIPE     ! /?id=a%20b%7C2%7Cc%26d",
                "SPACE    ! /?id=a%2Bb%202%20c%26d"
            })
    void listInAQueryAndAForm(ListStyle style, String url) {
        String first = style == ListStyle.SPACE ? "a+b" : "a b";
        Map<String, Object> values = Map.of("ids", List.of(first, 2, "c&d"), "none", List.of());
        RequestTemplateBuilder template = template()
                .post("/")
                .query("id", "{{v.ids}}", style)
                .query("no", "{{v.none}}", style)
                .query("nothing", "{{v.missing | omit}}", style)
                .field("id", "{{v.ids}}", style)
                .field("x", "{{v.none}}", style);

        LoggedRequest request = send(template, values);

        assertThat(request.getUrl()).isEqualTo(url);
        assertThat(request.getBodyAsString()).isEqualTo(url.substring(2));
    }

    @Test
    void listThatWouldNotComeApartAgainIsRefused() {
        Map<String, Object> values = new HashMap<>(Map.of("ids", List.of("a,b"), "deep", List.of(List.of()), "one", 1));

        assertThat(refused(template().get("/").query("q", "{{v.ids}}", ListStyle.COMMA), values))
                .hasMessageContaining("{{v.ids}}: has a \",\" at [0], which is the separator");
        assertThat(refused(template().get("/").query("q", "{{v.deep}}", ListStyle.REPEAT), values))
                .hasMessageContaining("has a list at [0]");
        assertThat(refused(template().get("/").query("q", "{{v.one}}", ListStyle.REPEAT), values))
                .hasMessageContaining("is a number, but the style REPEAT requires a list");
        assertThat(problems(template().get("/").query("q", "x{{v.ids}}", ListStyle.REPEAT)))
                .extracting(TemplateProblem::message)
                .containsExactly("a list style requires a value that is exactly one pill");
    }

    @Test
    void headerFieldFormFieldAndPartAreLeftOut() {
        LoggedRequest form = send(
                template()
                        .post("/")
                        .header("X-A", "Token {{v.none | omit}}")
                        .header("X-B", "{{v.x}}")
                        .field("a", "{{v.none | omit}}")
                        .field("b", "{{v.x}}=&"),
                Map.of("x", "1+u"));
        LoggedRequest parts = send(
                template()
                        .post("/")
                        .part("a", "{{v.none | omit}}")
                        .part("b", "{{v.x}}")
                        .file("f", "n", "text/plain", "{{v.none | omit}}"),
                Map.of("x", "1"));

        assertThat(form.containsHeader("X-A")).isFalse();
        assertThat(form.getHeader("X-B")).isEqualTo("1+u");
        assertThat(form.getHeader("Content-Type")).isEqualTo("application/x-www-form-urlencoded");
        assertThat(form.getBodyAsString()).isEqualTo("b=1%2Bu%3D%26");
        assertThat(parts.getParts()).extracting(Part::getName).containsExactly("b");
    }

    @Test
    void multipart(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("plan.txt"), "from a file");
        LoggedRequest request = send(
                template()
                        .post("/")
                        .part("note", "{{v.note}}")
                        .part("tag", "{{v.tags}}", ListStyle.REPEAT)
                        .file("a", "{{v.name}}", "text/plain", "{{v.path}}")
                        .file("b", "b.bin", "{{v.type}}", "{{v.bytes}}")
                        .file("c", "c.txt", "text/plain", "{{v.stream}}")
                        .file("d", "d.txt", "text/plain", "{{v.source}}")
                        .file("e", "e.csv", "text/csv; charset=utf-8", "id;{{v.note}}"),
                Map.of(
                        "note",
                        "ü\r\n--x\r\nContent-Disposition: form-data; name=\"evil\"",
                        "tags",
                        List.of("t1", "t2"),
                        "name",
                        "a\"\r\nX-Evil: 1.txt",
                        "path",
                        file,
                        "type",
                        "application/x-thing",
                        "bytes",
                        new byte[] {0, 1, (byte) 0xff},
                        "stream",
                        new ByteArrayInputStream("once".getBytes(StandardCharsets.UTF_8)),
                        "source",
                        (Body.StreamSource) () -> new ByteArrayInputStream("again".getBytes(StandardCharsets.UTF_8))));

        assertThat(request.getParts()).hasSize(8);
        Map<String, Part> parts = new HashMap<>();
        request.getParts().forEach(part -> parts.put(part.getName(), part));
        assertThat(parts.get("note").getBody().asString()).contains("ü\r\n--x").contains("evil");
        assertThat(parts.get("a").getFileName()).isEqualTo("a%22%0D%0AX-Evil: 1.txt");
        assertThat(parts.get("a").getBody().asString()).isEqualTo("from a file");
        assertThat(parts.get("b").getBody().asBytes()).containsExactly(0, 1, 0xff);
        assertThat(parts.get("b").getHeader("Content-Type").firstValue()).isEqualTo("application/x-thing");
        assertThat(parts.get("c").getBody().asString()).isEqualTo("once");
        assertThat(parts.get("d").getBody().asString()).isEqualTo("again");
        assertThat(parts.get("e").getBody().asString()).startsWith("id;ü");
    }

    @Test
    void bytesAndText(@TempDir Path dir) throws IOException {
        Path file = Files.write(dir.resolve("x.pdf"), new byte[] {1, 2, 3});

        assertThat(send(template().put("/").bytes("{{v.f}}", "application/pdf"), Map.of("f", file))
                        .getBody())
                .containsExactly(1, 2, 3);
        LoggedRequest text = send(
                template().post("/").text("<{{v.t}}>\n{{v.n}}", "text/{{v.type}}"),
                Map.of("t", "<&\"ü", "n", 1, "type", "plain"));
        assertThat(text.getBodyAsString()).isEqualTo("<<&\"ü>\n1");
        assertThat(text.getHeader("Content-Type")).isEqualTo("text/plain");
        assertThat(refused(template().put("/").bytes("{{v.f}}", "application/pdf"), Map.of("f", 1)))
                .hasMessageContaining("is a number: use a byte array, a Path");
        assertThat(refused(template().put("/").bytes("{{v.f}}", "application/pdf"), Map.of("f", dir.resolve("gone"))))
                .hasMessageContaining("there is no file");
        assertThat(refused(template().put("/").text("x", "{{v.type}}"), Map.of("type", "a\r\nb: c")))
                .hasMessageContaining("is a control character");
        assertThat(refused(template().post("/").json("[{{v.f}}]"), Map.of("f", file)))
                .hasMessageContaining("is a file or stream, which JSON can't represent");
        assertThat(refused(template().get("/{{v.f}}"), Map.of("f", file)))
                .hasMessageContaining("is a file or stream, which can't be part of a text");
    }

    @Test
    void xml() {
        RequestTemplateBuilder template = template().post("/").xml("""
                <?xml version="1.0"?><!-- an order --><order id="{{v.id}}" x='a {{v.id}}'>
                <name>{{v.name}}</name><![CDATA[ <{{'{{'}}>]]></order>""".replace("{{'{{'}}", ""));

        LoggedRequest request = send(template, Map.of("id", "1\"' \n&<", "name", "A&B </name><admin/> ]]> ü😀\r"));

        assertThat(request.getHeader("Content-Type")).isEqualTo("application/xml; charset=utf-8");
        assertThat(request.getBodyAsString())
                .contains("id=\"1&quot;&apos; &#10;&amp;&lt;\"")
                .contains("<name>A&amp;B &lt;/name&gt;&lt;admin/&gt; ]]&gt; ü😀&#13;</name>");
        assertThat(refused(template, Map.of("id", "\u0000", "name", "\ud800")).details())
                .extracting(TemplateProblem::code)
                .containsExactly(
                        TemplateProblem.Code.UNENCODABLE,
                        TemplateProblem.Code.UNENCODABLE,
                        TemplateProblem.Code.UNENCODABLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<{{v.x}}/>",
                "<a {{v.x}}=\"1\"/>",
                "<a b={{v.x}}/>",
                "<a><!-- {{v.x}} --></a>",
                "<a><![CDATA[{{v.x}}]]></a>",
                "<?pi {{v.x}}?><a/>",
                "<!DOCTYPE {{v.x}}><a/>",
                "<!DOCTYPE a [<!ENTITY x \"{{v.x}}\">]><a/>",
                "<a>{{v.x | omit}}</a>"
            })
    void pillThatCouldBecomeAnotherDocument(String xml) {
        assertThat(problems(template().post("/").xml(xml)))
                .extracting(TemplateProblem::code)
                .containsExactly(TemplateProblem.Code.MISPLACED);
    }

    @Test
    void quotedTextIsForThePlaceToo() {
        assertThat(problems(template().post("/").xml("<a>{{'\u0000'}}</a>")))
                .extracting(TemplateProblem::code)
                .contains(TemplateProblem.Code.UNENCODABLE);
        assertThat(problems(template().get("/{{'..'}}/a")))
                .extracting(TemplateProblem::code)
                .contains(TemplateProblem.Code.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<a>{{v.x}}", "<a>{{v.x}}</b>", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>{{v.x}}</a>", ""})
    void documentThatIsNone(String xml) {
        assertThat(problems(template().post("/").xml(xml)))
                .extracting(TemplateProblem::code)
                .contains(TemplateProblem.Code.MALFORMED);
    }

    @Test
    void bracesOfTheServiceAreLeftAlone() {
        Map<String, ?> values = Map.of("x", 1);

        assertThat(send(template().post("/").json("{{!verbatim}}{\"a\":  \"{{v.x}}\"}"), values)
                        .getBodyAsString())
                .isEqualTo("{\"a\":  \"{{v.x}}\"}");
        assertThat(send(template().post("/").text("{{!verbatim}}{{v.x}} {{#if}}", "text/plain"), values)
                        .getBodyAsString())
                .isEqualTo("{{v.x}} {{#if}}");
        assertThat(send(
                                template()
                                        .post("/<%v.x%>")
                                        .delimiters("<%", "%>")
                                        .json("[\"{{v.x}}\", <% v.x %>, \"<%v.x%>!\"]"),
                                values)
                        .getBodyAsString())
                .isEqualTo("[\"{{v.x}}\",1,\"1!\"]");
        assertThat(problems(template().get("/").delimiters("\"", "a")))
                .extracting(TemplateProblem::message)
                .allMatch(message -> message.startsWith("a delimiter must have 1 to 8 characters"));
    }

    @Test
    void numbersOfAnAnswerKeepTheirDigits() {
        String numbers = "{\"a\":1234.5600,\"b\":1E400,\"c\":" + "9".repeat(400) + ",\"d\":-0,\"e\":1e-7,\"f\":-0.0}";
        service.stubFor(any(anyUrl()).willReturn(okJson(numbers)));
        JsonNode response = connection.send(Request.get("/")).json();

        LoggedRequest request = send(
                template()
                        .post("/")
                        .query("q", "{{v.n.b}}")
                        .json("{\"x\":{{v.n}},\"y\":\"{{v.n.b}} {{v.n.a}}\",\"z\":{{v.t | number}}}"),
                Map.of("n", response, "t", "7.10e3"));

        assertThat(request.getBodyAsString())
                .isEqualTo("{\"x\":" + numbers + ",\"y\":\"1E400 1234.5600\",\"z\":7.10e3}");
        assertThat(request.getUrl()).isEqualTo("/?q=1E400");
    }

    @Test
    void decimalNumbersKeepTheirDigits() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> numbers = new ArrayList<>(List.of(
                "0.0",
                "-0.0",
                "0.000000",
                "0.0000000",
                "0.000001",
                "0.0000001",
                "-0.10",
                "9.000000000000000000",
                "99999999999999999.9",
                "-9999999999999999.9",
                "9999999999999999999.9",
                "1.5e3",
                "1.0E-2",
                "12.3456789"));
        for (int i = 0; i < 2000; i++) {
            numbers.add((random.nextBoolean() ? "-" : "")
                    + BigInteger.valueOf(random.nextLong() >>> random.nextInt(64))
                            .abs() + "."
                    + String.valueOf(random.nextLong() >>> (1 + random.nextInt(62)))
                            .substring(0, 1)
                    + "0".repeat(random.nextInt(9)) + random.nextInt(10));
        }
        String array = "[" + String.join(",", numbers) + "]";
        service.stubFor(any(anyUrl()).willReturn(okJson("{\"a\":" + array + "}")));
        JsonNode response = connection.send(Request.get("/")).json();

        LoggedRequest request = send(template().post("/").json("{{v.a}}"), Map.of("a", response.get("a")));

        assertThat(request.getBodyAsString()).as("seed %d", seed).isEqualTo(array);
        for (int i = 0; i < numbers.size(); i++) {
            assertThat(response.at("/a/" + i).decimalValue()).isEqualByComparingTo(numbers.get(i));
        }
    }

    @Test
    void largeBodyIsWrittenWhileItIsSent() throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 60_000; i++) {
            rows.add(Map.of("id", i, "text", "é\"".repeat(i % 10)));
        }
        RequestTemplate template = template()
                .post("/")
                .json(
                        "{\"rows\":{\"$each\":\"{{v.rows}}\",\"$as\":\"r\",\"$item\":{\"i\":\"{{r.id}}\",\"t\":\"<{{r.text | upper}}>\",\"n\":\"{{r.none | omit}}\"}}}")
                .build();

        Request request = template.render("v", Map.of("rows", rows));
        connection.send(request);

        StringBuilder expected = new StringBuilder("{\"rows\":[");
        for (int i = 0; i < 60_000; i++) {
            expected.append(i == 0 ? "" : ",").append("{\"i\":").append(i).append(",\"t\":\"<");
            expected.append("É\\\"".repeat(i % 10)).append(">\"}");
        }
        String body = expected.append("]}").toString();
        LoggedRequest sent = service.findAll(anyRequestedFor(anyUrl())).get(0);
        assertThat(sent.getBodyAsString()).isEqualTo(body).hasSizeGreaterThan(1024 * 1024);
        assertThat(sent.getHeader("Content-Length")).isEqualTo("" + body.getBytes(StandardCharsets.UTF_8).length);
        assertThat(request.body().orElseThrow().toBytes()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));
        assertThat(request.body().orElseThrow().contentType()).isEqualTo("application/json");
    }
}
