package io.httpconnector.internal.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.TreeNode;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.Serializers;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.type.ReferenceType;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.io.IOException;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Converts values of the application to JSON trees. Maps, lists, texts, numbers, trees and {@code java.time} values are
 * converted by this library; other objects, also within those, by the mapper of the application if it has one. Thread-safe.
 */
public final class ValueMapper {

    /** Writes an object as JSON in UTF-8. */
    @FunctionalInterface
    public interface ObjectWriter {
        /**
         * Writes an object.
         *
         * @param value the object
         * @return its JSON
         * @throws IOException when it can't be written
         */
        byte[] write(Object value) throws IOException;
    }

    private static final Set<Class<?>> OWN_TYPES = Set.of(
            TreeNode.class,
            JsonSerializable.class,
            JsonGenerator.class,
            CharSequence.class,
            Number.class,
            Boolean.class,
            Character.class,
            Secret.class,
            TemporalAccessor.class,
            TemporalAmount.class);

    private static volatile @Nullable ObjectWriter defaultWriter;

    private final ObjectMapper standard;
    private final List<Class<?>> embedded;
    private final @Nullable ObjectWriter writer;
    private volatile @Nullable Bound bound;

    private record Bound(ObjectWriter writer, ObjectMapper mapper) {}

    private ValueMapper(ObjectMapper standard, List<Class<?>> embedded, @Nullable ObjectWriter writer) {
        this.standard = standard;
        this.embedded = embedded;
        this.writer = writer;
    }

    static ValueMapper of(ObjectMapper standard) {
        return new ValueMapper(standard, List.of(), null);
    }

    /**
     * Returns a mapper that keeps values of some classes as they are.
     *
     * @param types the classes, such as {@code Path} for files
     * @return the mapper, by which each value of these classes becomes a {@code POJONode}
     */
    public static ValueMapper embedding(Class<?>... types) {
        List<Class<?>> embedded = List.of(types);
        return new ValueMapper(JsonSupport.mapperWith(embedding(embedded)), embedded, null);
    }

    /**
     * Returns a mapper for the values of one connection.
     *
     * @param writer writes its objects
     * @return the mapper
     */
    public static ValueMapper writingBy(ObjectWriter writer) {
        return new ValueMapper(JsonSupport.mapperWith(), List.of(), writer);
    }

    /**
     * Sets the writer of all objects that no connection writes.
     *
     * @param writer the writer; null for that of this library
     */
    public static void setDefaultWriter(@Nullable ObjectWriter writer) {
        defaultWriter = writer;
    }

    /**
     * Converts a value to a tree.
     *
     * @param value a map, list, record, bean, or a tree of Jackson 2 or Jackson 3
     * @return the tree
     * @throws InvalidDefinitionException when the value can't be written
     */
    public JsonNode tree(@Nullable Object value) {
        ObjectWriter objects = writer == null ? defaultWriter : writer;
        return tree(objects == null ? standard : mapper(objects), value);
    }

    private ObjectMapper mapper(ObjectWriter objects) {
        Bound last = bound;
        if (last == null || last.writer != objects) {
            last = new Bound(objects, JsonSupport.mapperWith(new Delegating(objects), embedding(embedded)));
            bound = last;
        }
        return last.mapper;
    }

    static JsonNode tree(ObjectMapper mapper, @Nullable Object value) {
        if (value instanceof JsonNode node) {
            return node;
        }
        if (value != null && Jackson3.isTree(value.getClass())) {
            return Jackson3.tree(value);
        }
        try {
            return mapper.valueToTree(value);
        } catch (StackOverflowError e) {
            // Jackson has no limit there: lists in lists, or a cycle.
            throw unwritable(value, "it is nested too deep, or has itself within it");
        } catch (IllegalArgumentException e) {
            boolean isSecret = String.valueOf(e.getMessage()).contains(Secret.class.getName());
            throw isSecret
                    ? new InvalidDefinitionException(
                            "JSON value",
                            "a Secret is not written as JSON, because its value would not be masked: pass secret.reveal(), and call"
                                    + " Request.masking(secret) on the request")
                    : unwritable(value, JsonSupport.firstLine(e.getMessage()));
        }
    }

    private static InvalidDefinitionException unwritable(@Nullable Object value, String reason) {
        String type = value == null ? "null" : value.getClass().getName();
        return new InvalidDefinitionException("JSON value", "a " + type + " can't be written as JSON: " + reason);
    }

    private static SimpleModule embedding(List<Class<?>> types) {
        SimpleModule module = new SimpleModule("http-connector-contents");
        types.forEach(type -> embed(module, type));
        return module;
    }

    private static <T> void embed(SimpleModule module, Class<T> type) {
        module.addSerializer(type, new Embedded<>(type));
    }

    /**
     * Puts a value into a tree as it is.
     *
     * @param <T> the type of the value
     */
    private static final class Embedded<T> extends StdSerializer<T> {

        private static final long serialVersionUID = 1L;

        Embedded(Class<T> type) {
            super(type);
        }

        @Override
        public void serialize(T value, JsonGenerator generator, SerializerProvider provider) throws IOException {
            generator.writeEmbeddedObject(value);
        }
    }

    /** Lets a writer write all types that are not JSON values or containers of them. */
    private static final class Delegating extends SimpleModule {

        private static final long serialVersionUID = 1L;

        private final transient ObjectWriter writer;

        Delegating(ObjectWriter writer) {
            super("http-connector-objects");
            this.writer = writer;
        }

        @Override
        public void setupModule(SetupContext context) {
            super.setupModule(context);
            context.addSerializers(new Objects(writer));
        }
    }

    /** Finds the serializer of a type. */
    private static final class Objects extends Serializers.Base {

        private final ObjectWriter writer;

        Objects(ObjectWriter writer) {
            this.writer = writer;
        }

        @Override
        public @Nullable JsonSerializer<?> findSerializer(
                SerializationConfig config, JavaType type, BeanDescription description) {
            Class<?> raw = type.getRawClass();
            boolean isOwn = raw.isPrimitive()
                    || Jackson3.isTree(raw)
                    || OWN_TYPES.stream().anyMatch(own -> own.isAssignableFrom(raw));
            return isOwn ? null : new OfObject(writer);
        }

        @Override
        public JsonSerializer<?> findReferenceSerializer(
                SerializationConfig config,
                ReferenceType type,
                BeanDescription description,
                @Nullable TypeSerializer contentTypeSerializer,
                @Nullable JsonSerializer<Object> contentSerializer) {
            return new OfObject(writer);
        }
    }

    /** Writes an object as the JSON of the writer. */
    private static final class OfObject extends StdSerializer<Object> {

        private static final long serialVersionUID = 1L;

        private final transient ObjectWriter writer;

        OfObject(ObjectWriter writer) {
            super(Object.class);
            this.writer = writer;
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializerProvider provider) throws IOException {
            generator.writeTree(written(value));
        }

        private JsonNode written(Object value) throws IOException {
            byte[] json;
            try {
                json = writer.write(value);
            } catch (JsonProcessingException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                throw new JsonMappingException(null, JsonSupport.firstLine(e.getMessage()), e);
            }
            try {
                return JsonSupport.parse(json);
            } catch (IOException e) {
                throw new JsonMappingException(null, "the JsonMapping wrote no JSON: " + e.getMessage());
            }
        }
    }
}
