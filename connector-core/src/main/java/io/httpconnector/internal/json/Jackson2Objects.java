package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Reads and writes objects with a copy of the application's Jackson 2 mapper that keeps all digits. Thread-safe. */
public final class Jackson2Objects {

    private final ObjectMapper mapper;

    /**
     * Copies a mapper.
     *
     * @param mapper the mapper, which is not changed
     * @throws InvalidDefinitionException when its class can't be copied
     */
    public Jackson2Objects(ObjectMapper mapper) {
        ObjectMapper copy;
        try {
            copy = mapper.copy();
        } catch (IllegalStateException e) {
            throw new InvalidDefinitionException(
                    "JSON mapping", mapper.getClass().getName() + " can't be copied: override copy()");
        }
        copy.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
        copy.configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);
        copy.registerModule(new SimpleModule("http-connector-digits")
                .addDeserializer(JsonNode.class, new LosslessTreeDeserializer()));
        copy.registerModule(Jackson3.module());
        this.mapper = copy;
    }

    /**
     * Reads an object.
     *
     * @param json its JSON in UTF-8
     * @param type its type
     * @return the object
     * @throws IOException when the JSON does not match the type
     */
    public @Nullable Object read(byte[] json, Type type) throws IOException {
        return mapper.readValue(json, mapper.constructType(type));
    }

    /**
     * Writes an object.
     *
     * @param value the object
     * @return its JSON in UTF-8
     * @throws IOException when it can't be written
     */
    public byte[] write(Object value) throws IOException {
        return mapper.writeValueAsBytes(value);
    }
}
