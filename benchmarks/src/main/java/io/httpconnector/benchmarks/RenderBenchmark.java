package io.httpconnector.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.github.jknack.handlebars.EscapingStrategy;
import com.github.jknack.handlebars.Handlebars;
import freemarker.core.JSONOutputFormat;
import freemarker.template.Configuration;
import freemarker.template.Template;
import freemarker.template.TemplateException;
import io.httpconnector.Request;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Renders a JSON body of 1 KB with ten values to bytes. Each peer escapes its values for JSON. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RenderBenchmark {

    private final RequestTemplate template =
            RequestTemplate.named("Order").post("/orders").json(Sample.TEMPLATE).build();
    private final Pills pills = Pills.of("order", Sample.order());

    private final ObjectMapper mapper = new ObjectMapper();
    private final JsonNode finished = mapper.valueToTree(Sample.finished());

    private static final Pattern PILL = Pattern.compile("\\{\\{order\\.([a-z]+)}}");
    private final JsonNode values = mapper.valueToTree(Map.of("order", Sample.order()));

    private final Map<String, Object> model = Map.of("order", Sample.order());
    private final com.github.jknack.handlebars.Template handlebars;
    private final Template freemarker;

    /** Compiles each template once. */
    public RenderBenchmark() {
        String untyped = Sample.TEMPLATE.replaceAll("\"\\{\\{order.(total|paid)}}\"", "{{order.$1}}");
        try {
            handlebars = new Handlebars()
                    .with((EscapingStrategy)
                            value -> new String(JsonStringEncoder.getInstance().quoteAsString(value)))
                    .compileInline(untyped);
            Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
            configuration.setOutputFormat(JSONOutputFormat.INSTANCE);
            freemarker = new Template(
                    "order",
                    untyped.replace("{{order.total}}", "${order.total?c}")
                            .replace("{{order.paid}}", "${order.paid?c}")
                            .replaceAll("\\{\\{([a-z.]+)}}", "\\${$1?json_string}"),
                    configuration);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Checks that all peers render the same result.
     *
     * @throws Exception if a peer can't render
     */
    @Setup
    public void check() throws Exception {
        JsonNode ours = mapper.readTree(connector().body().orElseThrow().toBytes());
        for (byte[] theirs : new byte[][] {jackson(), substitute(), handlebars(), freemarker()}) {
            if (!mapper.readTree(theirs).equals(ours)) {
                throw new IllegalStateException("not the same: " + new String(theirs, StandardCharsets.UTF_8));
            }
        }
    }

    /**
     * This library.
     *
     * @return the request with its body
     */
    @Benchmark
    public Request connector() {
        return template.render(pills);
    }

    /**
     * Jackson, serialising a complete tree.
     *
     * @return the bytes
     * @throws JsonProcessingException never
     */
    @Benchmark
    public byte[] jackson() throws JsonProcessingException {
        return mapper.writeValueAsBytes(finished);
    }

    /**
     * The hand-written baseline: Jackson parses the template, its strings are replaced, and Jackson serialises it.
     *
     * @return the bytes
     * @throws JsonProcessingException never
     */
    @Benchmark
    public byte[] substitute() throws JsonProcessingException {
        JsonNode tree = mapper.readTree(Sample.TEMPLATE);
        return mapper.writeValueAsBytes(substituted(tree));
    }

    private JsonNode substituted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(substituted(field.getValue())));
            return object;
        }
        if (!node.isTextual() || !node.textValue().contains("{{")) {
            return node;
        }
        String text = node.textValue();
        Matcher pill = PILL.matcher(text);
        if (pill.matches()) {
            return values.get("order").get(pill.group(1));
        }
        return TextNode.valueOf(PILL.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(
                        values.get("order").get(match.group(1)).asText())));
    }

    /**
     * Compilation of this library's template, to be divided by its size.
     *
     * @return the template
     */
    @Benchmark
    public RequestTemplate compile() {
        return RequestTemplate.named("Order")
                .post("/orders")
                .json(Sample.TEMPLATE)
                .build();
    }

    /**
     * Handlebars.java.
     *
     * @return the bytes
     * @throws IOException never
     */
    @Benchmark
    public byte[] handlebars() throws IOException {
        return handlebars.apply(model).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * FreeMarker.
     *
     * @return the bytes
     * @throws IOException never
     * @throws TemplateException never
     */
    @Benchmark
    public byte[] freemarker() throws IOException, TemplateException {
        StringWriter out = new StringWriter(2048);
        freemarker.process(model, out);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }
}
