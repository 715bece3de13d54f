package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.Zstd;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.http.Request.Part;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class BodiesTest {

    private static final String LARGE = "0123456789".repeat(20_000);

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @TempDir
    private Path dir;

    private HttpConnection connection;

    @BeforeEach
    void connect() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(new FakeTime())
                .build();
    }

    @AfterEach
    void disconnect() {
        connection.close();
    }

    private LoggedRequest sent(Body body) {
        connection.send(Request.post("/upload").body(body));
        return received().get(0);
    }

    private static List<LoggedRequest> received() {
        return service.findAll(anyRequestedFor(urlMatching("/(?!broken).*")));
    }

    @Test
    void fileIsSentWithItsLength() throws IOException {
        Path file = Files.writeString(dir.resolve("export.csv"), LARGE);

        LoggedRequest request = sent(Body.file(file, "text/csv"));

        assertThat(request.getBodyAsString()).isEqualTo(LARGE);
        assertThat(request.getHeader("Content-Length")).isEqualTo("200000");
        assertThat(request.getHeader("Content-Type")).isEqualTo("text/csv");
        assertThat(Body.file(file, "text/csv")).hasToString("200000 bytes of text/csv");
        assertThat(Body.file(file, "text/csv").toBytes()).hasSize(200_000);
    }

    @Test
    void streamIsSentInChunksOrWithItsLength() {
        Body chunked =
                Body.stream(() -> new ByteArrayInputStream(LARGE.getBytes(StandardCharsets.US_ASCII)), "text/csv");
        Body counted = Body.stream(
                () -> new ByteArrayInputStream(LARGE.getBytes(StandardCharsets.US_ASCII)), LARGE.length(), "text/csv");

        assertThat(sent(chunked).getHeader("Transfer-Encoding")).isEqualTo("chunked");
        connection.send(Request.post("/").body(counted));

        assertThat(received().get(1).getHeader("Content-Length")).isEqualTo("200000");
        assertThat(received()).allMatch(request -> request.getBodyAsString().equals(LARGE));
        assertThatThrownBy(chunked::toBytes)
                .hasMessageContaining("known only when they are sent: a stream of text/csv");
    }

    @Test
    void streamThatIsNotAsLongAsAnnouncedFails() {
        Body wrong = Body.stream(() -> new ByteArrayInputStream(new byte[10]), 20, "text/csv");

        // The service may notice the broken request later, during another test: it has a path of its own.
        assertThatThrownBy(() -> connection.send(Request.post("/broken").body(wrong)))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("the body has 10 bytes, but 20 were announced");
    }

    private static void failingOnce(ResponseDefinitionBuilder failure) {
        service.stubFor(any(urlEqualTo("/repeated"))
                .inScenario("bodies")
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(failure)
                .willSetStateTo("second"));
    }

    @Test
    void streamThatCanBeOpenedAgainIsTriedAgain() {
        failingOnce(aResponse().withFault(Fault.EMPTY_RESPONSE));
        AtomicInteger opened = new AtomicInteger();
        Body body = Body.stream(
                () -> {
                    opened.incrementAndGet();
                    return new ByteArrayInputStream(new byte[] {'a'});
                },
                "text/plain");

        connection.send(Request.put("/repeated").body(body).idempotent());

        // The journal proves neither a count nor an order: the service may record the first request last.
        assertThat(opened).hasValue(2);
        assertThat(received()).extracting(LoggedRequest::getBodyAsString).contains("a");
    }

    @Test
    void streamThatCanBeReadOnceIsSentOnce() {
        failingOnce(aResponse().withStatus(503).withHeader("Retry-After", "0"));
        Body once = Body.stream(new ByteArrayInputStream(new byte[] {'a'}), "text/plain");

        assertThatThrownBy(() ->
                        connection.send(Request.put("/repeated").body(once).idempotent()))
                .isInstanceOf(StatusException.class);
        assertThat(received()).hasSize(1);
        assertThatThrownBy(() -> connection.send(Request.put("/").body(once)))
                .hasMessageContaining("the stream of the body has already been read");
    }

    @Test
    void bodyThatCanBeReadOnceIsNotRedirected() {
        service.stubFor(
                any(urlEqualTo("/old")).willReturn(aResponse().withStatus(307).withHeader("Location", "/new")));

        assertThatThrownBy(() -> connection.send(
                        Request.post("/old").body(Body.stream(new ByteArrayInputStream(new byte[9]), "text/plain"))))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("a body that can be sent only once");
    }

    @Test
    void multipartFormOfFieldsFilesAndStreams() throws IOException {
        Path file = Files.writeString(dir.resolve("plan \"ä\".txt"), "the plan");

        LoggedRequest request = sent(Body.multipart()
                .field("comment", "two\r\nlines, ü")
                .field("token", Secret.of("canary"))
                .file("attachment", file, "text/plain")
                .part("data", "data.json", Body.json(Map.of("a", 1)))
                .part("evil\"\r\nX-Evil: 1", "x", Body.stream(() -> new ByteArrayInputStream(new byte[3]), "a/b")));

        assertThat(request.getHeader("Content-Type")).startsWith("multipart/form-data; boundary=");
        assertThat(request.getParts()).hasSize(5);
        assertThat(request.getPart("comment").getBody().asString()).isEqualTo("two\r\nlines, ü");
        assertThat(request.getPart("token").getBody().asString()).isEqualTo("canary");
        Part attachment = request.getPart("attachment");
        assertThat(attachment.getBody().asString()).isEqualTo("the plan");
        assertThat(attachment.getHeader("Content-Type").firstValue()).isEqualTo("text/plain");
        assertThat(request.getBodyAsString())
                .contains("form-data; name=\"attachment\"; filename=\"plan %22ä%22.txt\"\r\n")
                .contains("name=\"evil%22%0D%0AX-Evil: 1\"");
        assertThat(request.getPart("data").getBody().asString()).isEqualTo("{\"a\":1}");
    }

    @Test
    void multipartFormThatCanBeCountedHasALength() {
        LoggedRequest request = sent(Body.multipart().field("a", "1"));

        assertThat(request.getHeader("Content-Length")).isNotNull();
        assertThat(Body.multipart().field("a", "1").toBytes()).isNotEmpty();
        assertThat(sent(Body.multipart()).getBodyAsString()).isNotNull();
    }

    @Test
    void secretsOfAMultipartFormAreHidden() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(400).withBody("bad token canary-9")));

        StatusException e = catchThrowableOfType(
                StatusException.class, () -> sent(Body.multipart().field("token", Secret.of("canary-9"))));

        assertThat(e).hasMessageContaining("bad token ***").hasMessageNotContaining("canary");
        assertThat(e.exchange().orElseThrow().requestBody()).matches("\\(\\d+ bytes of multipart/form-data; .*\\)");
    }

    @Test
    void gzip() throws IOException {
        Path file = Files.writeString(dir.resolve("large.txt"), LARGE);

        LoggedRequest inMemory = sent(Body.text(LARGE, "text/plain").gzip());
        connection.send(Request.post("/").body(Body.file(file, "text/plain").gzip()));

        assertThat(received()).hasSize(2).allSatisfy(request -> {
            assertThat(request.getHeader("Content-Encoding")).isEqualTo("gzip");
            assertThat(request.getHeader("Content-Type")).isEqualTo("text/plain");
            assertThat(new String(request.getBody(), StandardCharsets.US_ASCII)).isEqualTo(LARGE);
        });
        assertThat(Integer.parseInt(inMemory.getHeader("Content-Length"))).isLessThan(2000);
        assertThat(received().get(1).getHeader("Transfer-Encoding")).isEqualTo("chunked");
    }

    @ParameterizedTest
    @CsvSource({"text/plain, c3a4", "text/plain; charset=iso-8859-1, e4", "text/plain; charset=utf-16be, 00e4"})
    void textInACharset(String contentType, String hex) {
        assertThat(Body.text("ä", contentType).toBytes())
                .isEqualTo(HexFormat.of().parseHex(hex));
        assertThatThrownBy(() -> Body.text("€", "text/plain; charset=iso-8859-1"))
                .hasMessageContaining("characters that are not in ISO-8859-1");
    }

    @Test
    void xmlIsCheckedAndSent() {
        assertThat(sent(Body.xml("<venue><name>Café</name></venue>")).getBodyAsString())
                .isEqualTo("<venue><name>Café</name></venue>");
        assertThat(received().get(0).getHeader("Content-Type")).isEqualTo("application/xml; charset=utf-8");
        assertThatThrownBy(() -> Body.xml("<a>\n<b></a>"))
                .hasMessage("Invalid XML body: line 2, column 6: it is not well-formed here");
        assertThatThrownBy(() -> Body.xml("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a/>"))
                .hasMessageContaining("it declares the encoding iso-8859-1");
    }

    private Response answering(String contentType, byte[] body) {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse().withHeader("Content-Type", contentType).withBody(body)));
        return connection.send(Request.get("/"));
    }

    @Test
    void xmlAnswerIsATree() {
        JsonNode tree = answering(
                        "application/xml",
                        "<list total=\"2\"><venue id=\"1\">Hall</venue><venue><name>B&amp;B</name></venue></list>"
                                .getBytes(StandardCharsets.UTF_8))
                .xml();

        assertThat(tree.at("/total").asText()).isEqualTo("2");
        assertThat(tree.at("/venue/0/id").asText()).isEqualTo("1");
        assertThat(tree.at("/venue/0/").asText()).isEqualTo("Hall");
        assertThat(tree.at("/venue/1/name").asText()).isEqualTo("B&B");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>",
                "<!DOCTYPE a [<!ENTITY x \"ha\"><!ENTITY y \"&x;&x;&x;\">]><a>&y;</a>",
                "<a>",
                "no XML",
                "{\"a\": 1}"
            })
    void xmlWithEntitiesOrWithoutSense(String xml) {
        Response response = answering("application/xml", xml.getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(response::xml)
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("the body is not XML")
                .hasMessageNotContaining("root:");
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain; charset=iso-8859-1, ISO-8859-1, ''",
        "text/plain; charset=windows-1252, windows-1252, ''",
        "text/plain, UTF-8, ''",
        "text/plain, windows-1252, ''",
        "text/plain, UTF-16LE, \uFEFF",
        "text/plain, UTF-16BE, \uFEFF",
        "text/plain, UTF-8, \uFEFF",
        "application/xml, ISO-8859-1, '<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>'"
    })
    void textInTheCharsetThatIsDeclaredOrCanBeSeen(String contentType, String charset, String start) {
        byte[] body = (start + "Café 1").getBytes(Charset.forName(charset));

        assertThat(answering(contentType, body).text()).isEqualTo(start.replace("\uFEFF", "") + "Café 1");
    }

    @ParameterizedTest
    @CsvSource({"[, 2000, nesting depth", "1, 2000, Number value length"})
    void jsonThatIsTooDeepOrTooLong(String part, int times, String problem) {
        Response response = answering("application/json", part.repeat(times).getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(response::json)
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining(problem);
    }

    private static byte[] coded(String coding) throws IOException {
        byte[] text = "compressed, compressed".getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        switch (coding) {
            case "gzip" -> write(new GZIPOutputStream(out), text);
            case "deflate" -> write(new DeflaterOutputStream(out), text);
            case "zstd" -> out.writeBytes(Zstd.compress(text));
            // Made by the reference implementation of this text: the library only reads.
            default -> out.writeBytes(HexFormat.of().parseHex("1b1500f825c7dadeaa13606a8190b89d06"));
        }
        return out.toByteArray();
    }

    private static void write(OutputStream zip, byte[] text) throws IOException {
        try (zip) {
            zip.write(text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br"})
    void compressedAnswer(String coding) throws IOException {
        assertUnderstood(coding);
    }

    @Test
    @Tag("HttpClient-5.6")
    void answerCompressedByZstd() throws IOException {
        assertUnderstood("zstd");
    }

    @Test
    void onlyDocumentedCodingsAreOffered() {
        service.stubFor(any(anyUrl()).willReturn(aResponse()));

        connection.send(Request.get("/"));
        connection.send(Request.get("/").header("Accept-Encoding", "xz"));

        assertThat(received())
                .extracting(request -> request.getHeader("Accept-Encoding"))
                .satisfiesExactly(
                        offered -> assertThat(offered.split(", "))
                                .contains("gzip", "deflate", "br")
                                .isSubsetOf("gzip", "deflate", "br", "zstd"),
                        own -> assertThat(own).isEqualTo("xz"));
    }

    @ParameterizedTest
    @CsvSource({
        "UTF-8,plain",
        "none,plain",
        "aws-chunked,plain",
        "'aws-chunked, gzip',gzip",
        "'GZIP, utf-8',gzip",
        "identity,plain"
    })
    void whatIsNoCodingIsPassedOver(String said, String real) throws IOException {
        byte[] body = real.equals("plain") ? "compressed, compressed".getBytes(StandardCharsets.UTF_8) : coded(real);
        service.stubFor(any(anyUrl())
                .willReturn(aResponse().withHeader("Content-Encoding", said).withBody(body)));

        assertThat(connection.send(Request.get("/")).text()).isEqualTo("compressed, compressed");
    }

    @Test
    void aCodingThatIsNotKnownIsNotTakenForText() {
        service.stubFor(any(anyUrl())
                .willReturn(
                        aResponse().withHeader("Content-Encoding", "compress").withBody(new byte[] {1, 2})));

        assertThatThrownBy(() -> connection.send(Request.get("/")).text())
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("compress");
    }

    private void assertUnderstood(String coding) throws IOException {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse().withHeader("Content-Encoding", coding).withBody(coded(coding))));

        assertThat(connection.send(Request.get("/")).text()).isEqualTo("compressed, compressed");
        assertThat(received().get(0).getHeader("Accept-Encoding")).contains(coding);
    }

    @Test
    void badBodies() {
        assertThatThrownBy(() -> Body.file(dir.resolve("none"), "a/b")).hasMessageContaining("there is no file");
        assertThatThrownBy(() -> Body.file(dir, "a/b")).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> Body.stream(() -> null, -5, "a/b")).hasMessageContaining("-5 is not a valid length");
        assertThatThrownBy(() -> Body.json("{}").part("a", "b", Body.json("{}")))
                .hasMessageContaining("no part a can be added to application/json: use multipart()");
        assertThatThrownBy(() -> Body.multipart().part("a", "b", null))
                .hasMessage("Invalid body of part a: it is null");
        assertThatThrownBy(() -> Body.json("{}").gzip().field("a", "b"))
                .hasMessageContaining("no field a can be added");
    }
}
