package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.Request;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * Whatever a value is, the request has the structure of its template. Thousands of random cases each; a million with
 * {@code -Dcases=1000000}. A failure names the seed, and {@code -Dseed=...} repeats it.
 */
class AnyValueTest {

    private static final int CASES = Integer.getInteger("cases", 10_000);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String[] HOSTILE = {
        "{{v.x}}",
        "\"",
        "\\",
        "</a>",
        "<![CDATA[",
        "]]>",
        "-->",
        "&",
        "=",
        "&amp;",
        "?",
        "#",
        "/",
        "..",
        ".",
        "%2e",
        "%",
        "+",
        " ",
        "\r\n",
        "\n",
        "\t",
        "\u0000",
        "\u001f",
        "\u007f",
        "\u0085",
        "\u2028",
        "ü",
        "€",
        "😀",
        "\ud83d",
        "\ude00",
        "\ufffe",
        "\uffff",
        "'",
        ";",
        ",",
        "|",
        ":",
        "@",
        "--",
        "a",
        "0",
        "$each",
        "null",
        "\"}",
        "',"
    };

    private final Random random = new Random(SEED);

    @BeforeAll
    static void setUp() {
        // The numbers of both sides are compared as they are written.
        MAPPER.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(
                    random.nextInt(9) == 0
                            ? "x".repeat(random.nextInt(2000))
                            : HOSTILE[random.nextInt(HOSTILE.length)]);
        }
        return text.toString();
    }

    private JsonNode tree(int depth) {
        return switch (random.nextInt(depth > 3 ? 6 : 8)) {
            case 0 -> JSON.numberNode(random.nextInt());
            case 1 -> JSON.numberNode(random.nextLong());
            case 2 -> random.nextBoolean() ? JSON.booleanNode(true) : JSON.nullNode();
            case 3 -> JSON.numberNode(new BigDecimal(new BigInteger(90, random), random.nextInt(60) - 30));
            case 4, 5 -> JSON.textNode(text());
            case 6 -> {
                ArrayNode array = JSON.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(tree(depth + 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = JSON.objectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(text(), tree(depth + 1));
                }
                yield object;
            }
        };
    }

    /** Renders with the value, or gives null when it is refused; a value must be refused by name, and never by anything else. */
    private static Request render(RequestTemplate template, JsonNode value) {
        try {
            return template.render(Pills.of("v", JSON.objectNode().set("x", value)));
        } catch (RenderException e) {
            assertThat(e.details())
                    .as("seed " + SEED)
                    .allMatch(problem -> problem.message().length() < 250);
            return null;
        }
    }

    private static boolean isText(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Whether there is no half of a surrogate pair in any name or value. */
    private static boolean isText(JsonNode value) {
        if (value.isTextual()) {
            return isText(value.textValue());
        }
        for (JsonNode child : value) {
            if (!isText(child)) {
                return false;
            }
        }
        return value.properties().stream().allMatch(field -> isText(field.getKey()));
    }

    @Test
    void jsonIsWhatSubstitutionInATreeGives() throws Exception {
        RequestTemplate template = RequestTemplate.named("T")
                .post("/")
                .json(
                        "{\"a\":{{v.x}},\"b\":[\"{{v.x}}\",\"<{{v.x | json}}>\"],\"c\":{\"$each\":\"{{v.l}}\",\"$item\":[\"{{item}}\",1]}}")
                .build();
        int rendered = 0;
        for (int i = 0; i < CASES; i++) {
            JsonNode value = tree(0);
            ArrayNode list = JSON.arrayNode().add(value).add(value);
            Request request;
            try {
                request = template.render(
                        "v", JSON.objectNode().<ObjectNode>set("x", value).set("l", list));
            } catch (RenderException e) {
                assertThat(value.isNull() || !isText(value)).as("seed " + SEED).isTrue();
                continue;
            }
            ObjectNode expected = JSON.objectNode();
            expected.set("a", value);
            expected.putArray("b").add(value).add("<" + MAPPER.writeValueAsString(value) + ">");
            ArrayNode each = expected.putArray("c");
            list.forEach(element -> each.addArray().add(element).add(1));
            assertThat(new String(request.body().orElseThrow().toBytes(), StandardCharsets.UTF_8))
                    .as("seed " + SEED)
                    .isEqualTo(MAPPER.writeValueAsString(expected));
            rendered++;
        }
        assertThat(rendered).isGreaterThan(CASES / 2);
    }

    @Test
    void urlAndHeadersKeepTheirStructure() {
        RequestTemplate template = RequestTemplate.named("T")
                .get("/a/{{v.x}}/b?p={{v.x}}&q=1")
                .query("r", "<{{v.x}}>")
                .header("X-A", "{{v.x}}")
                .build();
        RequestTemplate withoutHeader = RequestTemplate.named("T")
                .get("/a/{{v.x}}/b?p={{v.x}}&q=1")
                .query("r", "<{{v.x}}>")
                .build();
        AtomicInteger rendered = new AtomicInteger();
        for (int i = 0; i < CASES; i++) {
            String text = text();
            Request full = render(template, TextNode.valueOf(text));
            Request request = full == null ? render(withoutHeader, TextNode.valueOf(text)) : full;
            if (full != null) {
                assertThat(full.header("X-A")).hasValue(text);
                assertThat(full.headerNames()).hasSize(1);
            }
            if (request == null) {
                continue;
            }
            URI uri = request.uri();
            String[] segments = uri.getRawPath().split("/", -1);
            String[] pairs = uri.getRawQuery().split("&", -1);
            assertThat(segments).as("seed " + SEED).hasSize(4);
            assertThat(pairs).as("seed " + SEED).hasSize(3);
            assertThat(decoded(segments[2])).isEqualTo(text);
            assertThat(decoded(pairs[0])).isEqualTo("p=" + text);
            assertThat(decoded(pairs[2])).isEqualTo("r=<" + text + ">");
            rendered.incrementAndGet();
        }
        assertThat(rendered).hasValueGreaterThan(CASES / 4);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Test
    void formHasTheFieldsOfTheTemplate() {
        RequestTemplate template = RequestTemplate.named("T")
                .post("/")
                .field("a", "{{v.x}}")
                .field("b", "<{{v.x}}>")
                .build();
        for (int i = 0; i < CASES; i++) {
            String text = text();
            Request request = render(template, TextNode.valueOf(text));
            assertThat(request == null).as("seed " + SEED).isEqualTo(!isText(text));
            if (request != null) {
                String[] fields =
                        new String(request.body().orElseThrow().toBytes(), StandardCharsets.US_ASCII).split("&", -1);
                assertThat(fields).hasSize(2);
                assertThat(decoded(fields[0])).isEqualTo("a=" + text);
                assertThat(decoded(fields[1])).isEqualTo("b=<" + text + ">");
            }
        }
    }

    @Test
    void multipartHasThePartsOfTheTemplate() {
        RequestTemplate template = RequestTemplate.named("T")
                .post("/")
                .part("a", "{{v.x}}")
                .file("f", "{{v.x}}", "text/plain", "{{v.x}}")
                .build();
        for (int i = 0; i < CASES; i++) {
            Request request = render(template, TextNode.valueOf(text()));
            if (request == null) {
                continue;
            }
            String type = request.body().orElseThrow().contentType();
            String boundary = "--" + type.substring(type.indexOf("boundary=") + 9);
            String body = new String(request.body().orElseThrow().toBytes(), StandardCharsets.UTF_8);
            String[] parts = body.split(boundary, -1);
            assertThat(parts).as("seed " + SEED).hasSize(4);
            assertThat(parts[2].lines().skip(1).findFirst().orElseThrow())
                    .as("seed " + SEED)
                    .startsWith("Content-Disposition: form-data; name=\"f\"; filename=\"")
                    .matches("[^\"]*\"f\"; filename=\"[^\"]*\"");
            assertThat(parts[2].split("\r\n", -1)[2]).isEqualTo("Content-Type: text/plain");
        }
    }

    @Test
    void xmlHasTheElementsOfTheTemplate() throws Exception {
        RequestTemplate template = RequestTemplate.named("T")
                .post("/")
                .xml("<a b=\"{{v.x}}\" c='-{{v.x}}'><d>{{v.x}}</d><e/></a>")
                .build();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        int rendered = 0;
        for (int i = 0; i < CASES; i++) {
            String text = text();
            Request request = render(template, TextNode.valueOf(text));
            if (request == null) {
                continue;
            }
            Document document = factory.newDocumentBuilder()
                    .parse(new ByteArrayInputStream(request.body().orElseThrow().toBytes()));
            Element root = document.getDocumentElement();
            assertThat(document.getElementsByTagName("*").getLength())
                    .as("seed " + SEED)
                    .isEqualTo(3);
            assertThat(root.getAttributes().getLength()).isEqualTo(2);
            assertThat(root.getAttribute("b")).as("seed " + SEED).isEqualTo(text);
            assertThat(root.getAttribute("c")).isEqualTo("-" + text);
            assertThat(root.getFirstChild().getTextContent()).isEqualTo(text);
            rendered++;
        }
        assertThat(rendered).isGreaterThan(CASES / 4);
    }
}
