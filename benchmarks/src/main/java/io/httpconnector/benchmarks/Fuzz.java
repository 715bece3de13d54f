package io.httpconnector.benchmarks;

import com.code_intelligence.jazzer.Jazzer;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.wizard.Recommendation;
import io.httpconnector.wizard.RecommendationSource;
import io.httpconnector.wizard.RecommendationSources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Fuzzes the readers with text that Jazzer generates from seeds, guided by coverage: they must either read it or reject it
 * with an {@link InvalidDefinitionException}. Arguments: the reader ({@code template}, {@code path}, {@code curl},
 * {@code openapi},
 * {@code har}, {@code postman}, {@code webhook}) and the seconds.
 */
public final class Fuzz {

    private static final Map<String, List<String>> SEEDS = new LinkedHashMap<>();

    static {
        SEEDS.put(
                "template",
                List.of(
                        "{\"a\": {{v.x}}, \"b\": \"{{v.y | trim | default('x', empty)}} {{'{{'}}\", \"c\":"
                                + " {\"$each\": \"{{v.l}}\", \"$as\": \"e\", \"$item\": {\"$if\": \"{{e.k}}\","
                                + " \"$equals\": 1, \"$then\": \"{{e | omit}}\"}}, \"$$each\": 1e400}",
                        "<a b='{{v.x}}'><!-- c --><![CDATA[x]]>{{v.y}}</a>"));
        SEEDS.put(
                "path",
                List.of("v.a[0].b[-1]['c d'][*].e | pluck(x.y) | join(', ') | date('yyyy', 'UTC', millis) |"
                        + " default([], null)"));
        SEEDS.put(
                "curl",
                List.of("curl -X POST 'http://h/a?b=c' -H 'A: b' -d a=1 --data-urlencode 'q=x y' --json"
                        + " '{\"a\":1}' $'\\x41\\u00fc\\n' \"a\\\"b\" \\\n -F 'f=@x;type=a/b' -u a:b"));
        SEEDS.put(
                "openapi",
                List.of(
                        "{\"openapi\":\"3.0.0\",\"servers\":[{\"url\":\"https://h/{v}\",\"variables\":{\"v\":{\"default\":\"x\"}}}],\"paths\":{\"/a/{b}\":{\"parameters\":[{\"$ref\":\"#/components/parameters/p\"}],\"post\":{\"requestBody\":{\"content\":{\"application/json\":{\"schema\":{\"allOf\":[{\"$ref\":\"#/components/schemas/s\"}]}}}}}}},\"components\":{\"parameters\":{\"p\":{\"in\":\"query\",\"name\":\"q\",\"required\":true,\"schema\":{\"type\":\"array\"}}},\"schemas\":{\"s\":{\"type\":[\"object\",\"null\"],\"properties\":{\"s\":{\"$ref\":\"#/components/schemas/s\"},\"d\":{\"format\":\"date\"}}}}}}",
                        "openapi: 3.1.0\npaths:\n  /a:\n    get: {summary: x, security: [{k: []}]}\n"));
        SEEDS.put(
                "har",
                List.of(
                        "{\"log\":{\"creator\":{\"name\":\"x\"},\"entries\":[{\"_resourceType\":\"xhr\",\"request\":{\"method\":\"POST\",\"url\":\"https://h/a?b=c%20d\",\"headers\":[{\"name\":\"A\",\"value\":\"{{b}}\"}],\"postData\":{\"mimeType\":\"application/json\",\"text\":\"{\\\"a\\\":1}\",\"params\":[{\"name\":\"a\"}]}}}]}}"));
        SEEDS.put(
                "postman",
                List.of(
                        "{\"info\":{\"name\":\"x\",\"schema\":\"https://s/json/collection/v2.1.0/collection.json\"},\"variable\":[{\"key\":\"b\",\"value\":\"https://h\"}],\"item\":[{\"name\":\"a\",\"request\":{\"method\":\"POST\",\"url\":{\"raw\":\"{{b}}/:id?q={{z}}\",\"query\":[{\"key\":\"q\",\"value\":\"{{z}}\"}]},\"header\":[{\"key\":\"A\",\"value\":\"b\"}],\"body\":{\"mode\":\"raw\",\"raw\":\"{}\"}}}]}"));
    }

    static {
        SEEDS.put(
                "webhook",
                List.of(
                        "POST /hooks/x?a=b%20c&challenge=1\nContent-Type:"
                                + " application/json\nX-Hub-Signature-256: sha256=00\nStripe-Signature:"
                                + " t=1,v1=00\n\n{\"e\":[{\"id\":1,\"t\":\"x\"}],\"id\":\"1\"}",
                        "POST /\nContent-Type: multipart/form-data; boundary=b\n\n--b\r\nContent-Disposition:"
                                + " form-data; name=\"a\"; filename=\"x\"\r\n\r\nv\r\n--b--\r\n",
                        "POST /\nContent-Type: application/x-www-form-urlencoded;"
                                + " charset=iso-8859-1\nX-Twilio-Signature: AA==\n\na=%41&b=+c",
                        "POST /\nContent-Type:"
                                + " application/cloudevents-batch+json\n\n[{\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"data_base64\":\"AA==\"}]",
                        "POST /\nContent-Type: text/xml\nX-Forwarded-For: 1.2.3.4:5, [::1]:6\n\n<a b='c'><d/>x</a>",
                        "OPTIONS /\nWebHook-Request-Origin: x\nAuthorization: Bearer e30.e30.AA\n\n"));
    }

    private static final JsonNode VALUES = JsonSupport.parse(
            "{\"x\": 1.50, \"y\": \"t\", \"l\": [{\"k\": 1}, {\"k\": 2, \"a\": null}], \"a\": [{\"b\": [1]}]}");

    private static String reader = System.getProperty("fuzz.reader", "template");

    private Fuzz() {}

    /**
     * Fuzzes one reader.
     *
     * @param args the reader, and the seconds
     * @throws IOException if the seeds can't be written
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        reader = args[0];
        System.setProperty("fuzz.reader", reader);
        Path corpus = Files.createDirectories(Path.of("target/fuzz", reader));
        List<String> seeds = SEEDS.getOrDefault(reader, List.of());
        for (int i = 0; i < seeds.size(); i++) {
            Files.writeString(corpus.resolve("seed" + i), seeds.get(i));
        }
        Jazzer.main(new String[] {
            "--target_class=" + Fuzz.class.getName(),
            "--instrumentation_includes=io.httpconnector.**",
            "--reproducer_path=target/fuzz",
            "--custom_hook_includes=io.httpconnector.**",
            "-max_total_time=" + args[1],
            "-artifact_prefix=target/fuzz/",
            "-print_final_stats=1",
            corpus.toString()
        });
    }

    /**
     * The fuzz target that Jazzer calls.
     *
     * @param data the generated input
     */
    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        try {
            switch (reader) {
                case "template" -> {
                    render(RequestTemplate.named("T").post("/").json(text).build());
                    render(RequestTemplate.named("T").post("/").xml(text).build());
                }
                case "path" ->
                    render(RequestTemplate.named("T")
                            .post("/")
                            .query("q", "{{" + text + "}}")
                            .json("[\"{{" + text.replace("\"", "\\\"") + "}}\"]")
                            .build());
                case "webhook" -> WebhookFuzz.receive(data);
                case "curl" -> check(RecommendationSources::curl, text);
                case "openapi" -> check(RecommendationSources::openApi, text);
                case "har" -> check(RecommendationSources::har, text);
                case "postman" -> check(RecommendationSources::postman, text);
                default -> throw new IllegalArgumentException(reader);
            }
        } catch (InvalidDefinitionException | RenderException e) {
            // The expected rejection.
        }
    }

    private static void render(RequestTemplate template) {
        Request request = template.render("v", VALUES);
        if (request.body().isPresent() && request.body().get().contentType().equals("application/json")) {
            // The rendered body is always valid JSON.
            JsonNode unused = JsonSupport.parse(new String(request.body().get().toBytes(), StandardCharsets.UTF_8));
        }
        RequestTemplate unusedCopy =
                RequestTemplate.fromJson(JsonSupport.parse(template.toJson().toString()));
    }

    /** Every imported request is a valid template, unless a note states otherwise. */
    private static void check(Function<String, RecommendationSource> source, String text) {
        for (Recommendation one : source.apply(text).all()) {
            RequestTemplate unused =
                    RequestTemplate.fromJson(one.definition().deepCopy().put("name", "T"));
        }
    }
}
