package io.httpconnector.cdi;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.httpconnector.cdi", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** Any container can use the module: nothing of Quarkus or Weld. */
    @ArchTest
    static final ArchRule standardsOnly = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "jakarta.annotation..",
                    "jakarta.enterprise..",
                    "jakarta.inject..",
                    "jakarta.interceptor..",
                    "org.eclipse.microprofile.config..",
                    "org.jspecify..",
                    "io.httpconnector..");

    /** MicroProfile Config is optional. */
    @ArchTest
    static final ArchRule oneClassUsesMicroProfile = classes()
            .that()
            .doNotHaveSimpleName("MicroProfileProperties")
            .should()
            .onlyDependOnClassesThat()
            .resideOutsideOfPackage("org.eclipse.microprofile..");
}
