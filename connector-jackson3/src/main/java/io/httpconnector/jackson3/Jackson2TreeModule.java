package io.httpconnector.jackson3;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/** Reads and writes trees of Jackson 2 within objects, such as the payload of an event. */
final class Jackson2TreeModule extends SimpleModule {

    private static final long serialVersionUID = 1L;

    Jackson2TreeModule() {
        super("http-connector-jackson2");
        addSerializer(JsonNode.class, new TreeWriter());
        addDeserializer(JsonNode.class, new TreeReader());
    }

    /** Writes a tree as its JSON; a missing node as null. */
    private static final class TreeWriter extends StdSerializer<JsonNode> {

        TreeWriter() {
            super(JsonNode.class);
        }

        @Override
        public void serialize(JsonNode tree, JsonGenerator generator, SerializationContext context) {
            if (tree.isMissingNode()) {
                generator.writeNull();
            } else {
                generator.writeRawValue(new String(JsonSupport.write(tree), StandardCharsets.UTF_8));
            }
        }
    }

    /** Reads a tree with all digits. */
    private static final class TreeReader extends StdDeserializer<JsonNode> {

        TreeReader() {
            super(JsonNode.class);
        }

        @Override
        public JsonNode deserialize(JsonParser parser, DeserializationContext context) {
            tools.jackson.databind.JsonNode tree = context.readTree(parser);
            try {
                return JsonSupport.parse(tree.toString().getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                return context.reportInputMismatch(JsonNode.class, "%s", e.getMessage());
            }
        }

        @Override
        public Object getNullValue(DeserializationContext context) {
            return com.fasterxml.jackson.databind.node.NullNode.getInstance();
        }
    }
}
