package io.httpconnector.jackson3;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A mapping by a Jackson 3 mapper with its modules, mix-ins and settings, for one connection or as the default:
 *
 * <pre>{@code
 * HttpConnection.named("Shop").jsonMapping(Jackson3Mapping.of(mapper))
 * Response.JsonMapping.setDefault(Jackson3Mapping.of(mapper));
 * }</pre>
 *
 * <p>Numbers keep all digits, therefore numbers with a fraction are read as {@code BigDecimal} where the type leaves it open. Trees
 * of Jackson 2 can be read and written, too. Immutable and thread-safe.
 */
public final class Jackson3Mapping implements Response.JsonMapping {

    private final ObjectMapper mapper;

    private Jackson3Mapping(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /**
     * Creates a mapping with the default settings of Jackson 3 and the modules on the class path.
     *
     * @return the mapping
     */
    public static Jackson3Mapping create() {
        return of(JsonMapper.builder().findAndAddModules().build());
    }

    /**
     * Creates a mapping.
     *
     * @param mapper a mapper for JSON; it is not changed
     * @return the mapping
     * @throws InvalidDefinitionException if the mapper is null
     */
    public static Jackson3Mapping of(ObjectMapper mapper) {
        if (mapper == null) {
            throw new InvalidDefinitionException("JSON mapping", List.of("mapper: null is not allowed"));
        }
        return new Jackson3Mapping(mapper.rebuild()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .addModule(new Jackson2TreeModule())
                .build());
    }

    @Override
    public @Nullable Object read(byte[] json, Type type) throws IOException {
        try {
            return mapper.readValue(json, mapper.constructType(type));
        } catch (JacksonException e) {
            throw new IOException(describe(e));
        }
    }

    @Override
    public byte[] write(Object value) throws IOException {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new IOException(describe(e));
        }
    }

    /**
     * Converts a tree of this library, such as a payload, to a tree of Jackson 3.
     *
     * @param tree the tree
     * @return the same tree; a missing node if it is one
     */
    public JsonNode tree(com.fasterxml.jackson.databind.JsonNode tree) {
        return Objects.requireNonNull(tree, "tree") instanceof MissingNode
                ? mapper.missingNode()
                : mapper.readTree(JsonSupport.write(tree));
    }

    /** Returns position and reason without the excerpt of the source, which may contain secrets. */
    private static String describe(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        boolean isKnown = at != null && at.getLineNr() > 0;
        return (isKnown ? "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": " : "")
                + e.getOriginalMessage();
    }
}
