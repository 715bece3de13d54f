package io.httpconnector.spring.test;

import io.httpconnector.spring.ConnectorTrigger;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/** Excludes the components of the application that have no method with {@code @ConnectorTrigger} from component scans. */
final class TriggerComponentFilter extends TypeExcludeFilter {

    @Override
    public boolean match(MetadataReader reader, MetadataReaderFactory factory) {
        return !reader.getAnnotationMetadata().hasAnnotatedMethods(ConnectorTrigger.class.getName());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TriggerComponentFilter;
    }

    @Override
    public int hashCode() {
        return TriggerComponentFilter.class.hashCode();
    }
}
