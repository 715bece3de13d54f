package io.httpconnector.internal.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.ser.Serializers;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Converts trees of Jackson 3, whose packages begin with {@code tools.jackson}, to those of Jackson 2. It knows them by name, as
 * this library does not depend on Jackson 3. Thread-safe.
 */
public final class Jackson3 {

    private static final String TREE = "tools.jackson.core.TreeNode";

    private static final ClassValue<Boolean> TREES = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            boolean is = type.getName().equals(TREE);
            for (Class<?> parent : type.getInterfaces()) {
                is |= isTree(parent);
            }
            return is || (type.getSuperclass() != null && isTree(type.getSuperclass()));
        }
    };

    private Jackson3() {}

    public static boolean isTree(Class<?> type) {
        return TREES.get(type);
    }

    /** The same tree: what a tree of Jackson 3 says of itself is JSON, but for a missing node, which says nothing. */
    public static JsonNode tree(Object tree) {
        String json;
        try {
            json = tree.toString();
        } catch (RuntimeException e) {
            // Jackson 3 refuses to write what is nested deeper than 500 levels; its message may quote the content.
            throw new InvalidDefinitionException(
                    "JSON value",
                    "a " + tree.getClass().getName() + " can't be written as JSON: it is nested too deep, or has what"
                            + " Jackson can't write (" + e.getClass().getSimpleName() + ")");
        }
        return json.isEmpty() ? MissingNode.getInstance() : JsonSupport.parse(json);
    }

    /** Lets Jackson 2 write such trees within maps, lists, records and beans. */
    public static Module module() {
        return new SimpleModule("http-connector-jackson3") {

            private static final long serialVersionUID = 1L;

            @Override
            public void setupModule(SetupContext context) {
                super.setupModule(context);
                context.addSerializers(new Trees());
            }
        };
    }

    /** Finds the serializer of a tree. */
    private static final class Trees extends Serializers.Base {

        @Override
        public @Nullable JsonSerializer<?> findSerializer(
                SerializationConfig config, JavaType type, BeanDescription description) {
            return isTree(type.getRawClass()) ? new OfTree() : null;
        }
    }

    /** Writes a tree as its JSON. */
    private static final class OfTree extends StdSerializer<Object> {

        private static final long serialVersionUID = 1L;

        OfTree() {
            super(Object.class);
        }

        @Override
        public void serialize(Object tree, JsonGenerator generator, SerializerProvider provider) throws IOException {
            JsonNode converted = tree(tree);
            if (converted.isMissingNode()) {
                generator.writeNull();
            } else {
                generator.writeTree(converted);
            }
        }
    }
}
